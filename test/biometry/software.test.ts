import { randomBytes } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { softwareBiometry } from '../../src/biometry/software.ts';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { PowerAuthError } from '../../src/index.ts';
import { testBiometryProvider } from '../conformance/biometry.ts';
import { error } from '../helpers/error.ts';
import { NO_FUNCTIONS, NO_INSTANCES, type NamedValue } from '../helpers/wrong-values.ts';

const PROMPT = { promptMessage: 'Please approve' };
const { signal } = new AbortController();

testBiometryProvider(test, {
  name: 'software',
  create: async () => {
    const key = randomBytes(32);
    let refused = false;
    const second = () => softwareBiometry({ key, authenticate: async () => !refused });
    return { provider: second(), second, refuse: async (value) => void (refused = value) };
  },
});

describe('softwareBiometry', () => {
  const key = randomBytes(32);

  test('hands prompt and signal to authenticate, once a question, and keeps a copy of the key', async () => {
    const authenticate = vi.fn(() => true);
    const own = Uint8Array.from(key);
    const provider = softwareBiometry({ key: own, authenticate });
    own.fill(0);
    const { secret, descriptor } = await provider.create({ prompt: PROMPT, signal, authenticate: true });
    await provider.authenticate(descriptor, { prompt: undefined, signal });
    expect(authenticate.mock.calls).toEqual([
      [PROMPT, signal],
      [undefined, signal],
    ]);
    await provider.create({ prompt: PROMPT, signal, authenticate: false });
    expect(authenticate).toHaveBeenCalledTimes(2);
    const same = softwareBiometry({ key });
    expect(await same.authenticate(descriptor, { prompt: undefined, signal })).toEqual(secret);
    const other = softwareBiometry({ key: randomBytes(32) });
    expect(await other.authenticate(descriptor, { prompt: undefined, signal })).not.toEqual(secret);
  });

  test('cancels when the user refuses, passes on what authenticate throws, and takes no other answer', async () => {
    const provider = (answer: () => unknown) =>
      softwareBiometry({ key, authenticate: answer as () => boolean });
    const create = (answer: () => unknown) =>
      provider(answer).create({ prompt: PROMPT, signal, authenticate: true });
    await expect(create(() => false)).rejects.toMatchObject(error(PowerAuthErrorCode.BIOMETRY_CANCEL));
    for (const answer of [undefined, null, 1, 'yes', {}]) {
      await expect(create(() => answer)).rejects.toMatchObject(error(PowerAuthErrorCode.BIOMETRY_FAILED));
    }
    const lockout = new PowerAuthError(undefined, 'locked', PowerAuthErrorCode.BIOMETRY_LOCKOUT);
    await expect(
      create(() => {
        throw lockout;
      }),
    ).rejects.toBe(lockout);
  });

  test('asks one question at a time, and forgets one that was given up while it waited', async () => {
    const open: ((answer: boolean) => void)[] = [];
    const authenticate = () => new Promise<boolean>((resolve) => open.push(resolve));
    const provider = softwareBiometry({ key, authenticate });
    const ask = (s = signal) => provider.create({ prompt: PROMPT, signal: s, authenticate: true });
    const given = new AbortController();
    const [first, second, third] = [ask(), ask(given.signal), ask()];
    await vi.waitFor(() => expect(open).toHaveLength(1));
    given.abort(new RangeError('given up'));
    await expect(second).rejects.toThrow('given up');
    expect(open).toHaveLength(1);
    open[0]?.(false);
    await expect(first).rejects.toMatchObject(error(PowerAuthErrorCode.BIOMETRY_CANCEL));
    await vi.waitFor(() => expect(open).toHaveLength(2));
    open[1]?.(true);
    expect((await third).secret).toHaveLength(32);
  });

  test('keeps asking after a question that was given up and ignores the signal', async () => {
    const answers = [new Promise<boolean>(() => undefined), Promise.resolve(true)];
    const authenticate = vi.fn(async () => answers.shift() ?? false);
    const provider = softwareBiometry({ key, authenticate });
    const given = new AbortController();
    const first = provider.create({ prompt: PROMPT, signal: given.signal, authenticate: true });
    const second = provider.create({ prompt: PROMPT, signal, authenticate: true });
    await expect.poll(() => authenticate.mock.calls.length).toBe(1);
    given.abort(new RangeError('given up'));
    await expect(first).rejects.toThrow('given up');
    expect((await second).secret).toHaveLength(32);
  });

  test('answers what it is told to about the platform', async () => {
    const locked = { isAvailable: false, biometryType: 'FACE', canAuthenticate: 'LOCKOUT' } as const;
    expect(await softwareBiometry({ key, info: () => locked }).info()).toEqual(locked);
  });

  const wrongLengths: readonly NamedValue[] = [
    ['31 bytes', new Uint8Array(31)],
    ['33 bytes', new Uint8Array(33)],
  ];
  test.each([...NO_INSTANCES, ...wrongLengths])('refuses %s for a key', (_, value) => {
    expect(() => softwareBiometry({ key: value as Uint8Array })).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, /^key: expected 32 bytes/)),
    );
  });

  test.each(NO_FUNCTIONS.filter(([, value]) => value !== undefined))(
    'refuses %s for a function',
    (_, value) => {
      for (const field of ['authenticate', 'info']) {
        expect(() => softwareBiometry({ key, [field]: value })).toThrow(
          expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, new RegExp(`^${field}: `))),
        );
      }
    },
  );

  test('refuses no options at all', () => {
    expect(() => softwareBiometry(undefined as never)).toThrow(/^key: expected 32 bytes, got undefined/);
  });
});
