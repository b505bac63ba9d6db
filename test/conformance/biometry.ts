/**
 * What every {@link PowerAuthBiometryProvider} keeps, as a suite for any test runner, in Node and in pages.
 *
 * @module
 */

import type { PowerAuthBiometryProvider, PowerAuthBiometrySecret } from '../../src/biometry/types.ts';
import type { RegisterTest } from '../../src/testing/storage-contract/index.ts';

/** A kind of provider under test. */
export interface BiometrySubject {
  /** For the titles. */
  readonly name: string;
  /** A provider, whose user says yes. */
  create(): Promise<BiometryUnderTest>;
}

/** One provider and the user in front of it. */
export interface BiometryUnderTest {
  readonly provider: PowerAuthBiometryProvider;
  /** Another object of the same kind on the same platform, as a page that was loaded anew has it. */
  readonly second: () => PowerAuthBiometryProvider;
  /** From now on the user says no, or yes again. */
  readonly refuse: (refused: boolean) => Promise<void>;
}

const PROMPT = { promptMessage: 'Please approve', promptTitle: 'Test' };
const CREATE = { prompt: PROMPT, authenticate: true };

function assert(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
const fresh = (): AbortSignal => new AbortController().signal;

async function assertRejects(what: string, call: () => Promise<unknown>, code: RegExp): Promise<void> {
  let result: unknown;
  try {
    result = await call();
  } catch (error) {
    const got = String((error as { code?: unknown }).code);
    assert(code.test(got), `${what}: expected a rejection with ${code}, got ${got}: ${String(error)}`);
    return;
  }
  throw new Error(`${what}: expected a rejection, got ${typeof result}`);
}

async function make(provider: PowerAuthBiometryProvider): Promise<PowerAuthBiometrySecret> {
  return provider.create({ ...CREATE, signal: fresh() });
}

/** Registers the tests of the suite. */
export function testBiometryProvider(test: RegisterTest, subject: BiometrySubject): void {
  const check = (title: string, run: (under: BiometryUnderTest) => Promise<void>): void => {
    test(`${subject.name}: ${title}`, async () => run(await subject.create()));
  };

  check('says that it can be used', async ({ provider }) => {
    const info = await provider.info();
    assert(info.isAvailable, `isAvailable: ${info.isAvailable}`);
    assert(info.canAuthenticate === 'OK', `canAuthenticate: ${info.canAuthenticate}`);
    assert(info.biometryType !== 'NONE', `biometryType: ${info.biometryType}`);
    assert(/^.{1,64}$/.test(provider.name), `name: ${provider.name}`);
  });

  check('makes a secret and gives the same back, as bytes of its own', async ({ provider }) => {
    const { secret, descriptor } = await make(provider);
    assert(secret.length === 32, `secret of ${secret.length} bytes`);
    assert(descriptor.length > 0 && descriptor.length <= 4096, `descriptor of ${descriptor.length} bytes`);
    assert(!hex(descriptor).includes(hex(secret)), 'the descriptor holds the secret');
    const copy = Uint8Array.from(secret);
    secret.fill(0);
    for (const round of [1, 2]) {
      const again = await provider.authenticate(descriptor, { prompt: PROMPT, signal: fresh() });
      assert(hex(again) === hex(copy), `another secret in round ${round}`);
      again.fill(0);
    }
  });

  check('makes secrets that differ, each found by its own descriptor', async ({ provider, second }) => {
    const made = [await make(provider), await make(provider), await make(second())];
    assert(new Set(made.map(({ secret }) => hex(secret))).size === 3, 'two secrets are the same');
    assert(new Set(made.map(({ descriptor }) => hex(descriptor))).size === 3, 'two descriptors are the same');
    for (const { secret, descriptor } of made.reverse()) {
      const found = await second().authenticate(descriptor, { prompt: undefined, signal: fresh() });
      assert(hex(found) === hex(secret), 'another secret was found');
    }
  });

  check('gives nothing to a user who is refused, and everything again afterwards', async (under) => {
    const { provider, refuse } = under;
    const { secret, descriptor } = await make(provider);
    const authenticate = () => provider.authenticate(descriptor, { prompt: PROMPT, signal: fresh() });
    await refuse(true);
    await assertRejects('create', () => make(provider), /^BIOMETRY_/);
    await assertRejects('authenticate', authenticate, /^BIOMETRY_/);
    await refuse(false);
    assert(hex(await authenticate()) === hex(secret), 'another secret');
    assert((await make(provider)).secret.length === 32, 'no new secret');
  });

  check('answers questions that are asked at once', async ({ provider, second }) => {
    const [one, two] = [await make(provider), await make(provider)];
    const asked = [one, two, one, two, one];
    const found = await Promise.all(
      asked.map(({ descriptor }, i) =>
        (i % 2 === 0 ? provider : second()).authenticate(descriptor, { prompt: PROMPT, signal: fresh() }),
      ),
    );
    found.forEach((secret, i) => assert(hex(secret) === hex(asked[i]?.secret ?? secret), `answer ${i}`));
    const created = await Promise.all([make(provider), make(second())]);
    assert(hex(created[0].secret) !== hex(created[1].secret), 'the same secret twice');
  });

  check('asks nobody for a call that was given up', async ({ provider }) => {
    const { secret, descriptor } = await make(provider);
    const signal = AbortSignal.abort();
    const rejected = await Promise.allSettled([
      provider.create({ ...CREATE, signal }),
      provider.authenticate(descriptor, { prompt: PROMPT, signal }),
    ]);
    assert(
      rejected.every(({ status }) => status === 'rejected'),
      'a call that was given up had an answer',
    );
    const again = await provider.authenticate(descriptor, { prompt: PROMPT, signal: fresh() });
    assert(hex(again) === hex(secret), 'another secret');
  });

  check('makes a secret without being told to ask', async ({ provider }) => {
    const { secret, descriptor } = await provider.create({
      prompt: undefined,
      authenticate: false,
      signal: fresh(),
    });
    const again = await provider.authenticate(descriptor, { prompt: undefined, signal: fresh() });
    assert(hex(again) === hex(secret), 'another secret');
  });

  check('refuses invalid descriptors', async ({ provider }) => {
    const wrong = [new Uint8Array(0), new Uint8Array(4096), new TextEncoder().encode('{"version":1}')];
    for (const descriptor of wrong) {
      await assertRejects(
        `${descriptor.length} bytes`,
        () => provider.authenticate(descriptor, { prompt: PROMPT, signal: fresh() }),
        /^BIOMETRY_FAILED$/,
      );
    }
  });

  check('removes what there is, and what there is not', async ({ provider }) => {
    const { descriptor } = await make(provider);
    await provider.remove(descriptor);
    await provider.remove(descriptor);
    await provider.remove(new Uint8Array(3));
    assert((await make(provider)).secret.length === 32, 'no new secret');
  });
}
