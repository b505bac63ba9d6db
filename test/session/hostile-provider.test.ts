/** Biometry providers that hang, throw, or answer what they must not. */

import { expect, onTestFinished, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuth,
} from '../../src/index.ts';
import { testBiometry } from '../helpers/biometry.ts';
import { activated, expectNothingLeft, PASSWORD, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';
import { throwing } from '../helpers/wrong-values.ts';

const biometry = () => PowerAuthAuthentication.biometry({ promptMessage: 'Please approve' });
const sign = (powerAuth: PowerAuth) => powerAuth.requestSignature(biometry(), 'POST', '/x');
const never = () => new Promise<never>(() => undefined);
const CANCELED = error(PowerAuthErrorCode.OPERATION_CANCELED);

/** A client with a factor, whose provider has other methods from then on. */
async function withProvider(changed: Record<string, (...args: never[]) => unknown>) {
  const { provider } = testBiometry();
  const hostile = { ...provider };
  const { powerAuth } = await activated({ biometry: { provider: hostile } });
  await powerAuth.addBiometryFactor(PASSWORD);
  Object.assign(hostile, changed);
  return { powerAuth, repair: () => Object.assign(hostile, provider) };
}

/** Rejections that nobody handles end a Node process. */
function unhandledRejections(): unknown[] {
  const seen: unknown[] = [];
  const listener = (reason: unknown) => void seen.push(reason);
  process.on('unhandledRejection', listener);
  onTestFinished(() => void process.off('unhandledRejection', listener));
  return seen;
}

const answers: readonly (readonly [string, () => unknown])[] = [
  ['text', () => 'abc'],
  ['a number', () => 5],
  ['null', () => null],
  ['an object', () => ({ secret: 'x', descriptor: 'y' })],
  ['no bytes that look like some', () => Object.create(Uint8Array.prototype) as unknown],
  [
    'an object that throws',
    () => ({
      get secret() {
        throw new RangeError('a trap');
      },
    }),
  ],
];

test.each(answers)('an answer that is %s is BIOMETRY_FAILED, in time and too late', async (_, answer) => {
  const unhandled = unhandledRejections();
  const { powerAuth, repair } = await withProvider({ authenticate: answer, create: answer });
  const failed = error(PowerAuthErrorCode.BIOMETRY_FAILED);
  await expect(sign(powerAuth)).rejects.toMatchObject(failed);
  await expect(powerAuth.addBiometryFactor(PASSWORD)).rejects.toMatchObject(failed);
  repair();
  await sign(powerAuth);

  for (const method of ['authenticate', 'create'] as const) {
    let reply = (_answer: unknown): void => undefined;
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const slow = await withProvider({
      [method]: () => {
        asked();
        return new Promise((resolve) => (reply = resolve));
      },
    });
    const call = rejection(
      method === 'create' ? slow.powerAuth.addBiometryFactor(PASSWORD) : sign(slow.powerAuth),
    );
    await isAsked;
    await slow.powerAuth.deconfigure();
    expect(await call).toMatchObject(CANCELED);
    reply(answer());
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled).toEqual([]);
});

test('what was made and is not what it has to be is removed again', async () => {
  const removed: unknown[] = [];
  const descriptor = Uint8Array.of(1, 2, 3);
  const { powerAuth } = await withProvider({
    create: () => ({ secret: new Uint8Array(16), descriptor }),
    remove: (made) => void removed.push(made),
  });
  const adding = powerAuth.addBiometryFactor(PASSWORD);
  await expect(adding).rejects.toMatchObject(error(PowerAuthErrorCode.BIOMETRY_FAILED, /secret of 32/));
  expect(removed).toEqual([descriptor]);
});

test('a descriptor that its provider changes afterwards is kept as it was', async () => {
  const { provider } = testBiometry();
  const asked: number[] = [];
  let made: Buffer | undefined;
  const { powerAuth } = await activated({
    biometry: {
      provider: {
        ...provider,
        create: async (request) => {
          const { secret, descriptor } = await provider.create(request);
          made = Buffer.from(descriptor);
          queueMicrotask(() => setImmediate(() => made?.fill(0)));
          return { secret, descriptor: made };
        },
        authenticate: (descriptor, request) => {
          asked.push(descriptor.reduce((sum, byte) => sum + byte, 0));
          return provider.authenticate(descriptor, request);
        },
      },
    },
  });
  await powerAuth.addBiometryFactor(PASSWORD);
  await sign(powerAuth);
  expect(asked).not.toContain(0);
});

test.each([
  [
    'throws',
    () => {
      throw new RangeError('a trap');
    },
  ],
  ['answers nothing', () => undefined],
  ['rejects', () => Promise.reject(new RangeError('a trap'))],
])('a `remove` that %s changes nothing of what was done', async (_, remove) => {
  const { powerAuth } = await withProvider({ remove });
  await powerAuth.addBiometryFactor(PASSWORD);
  await powerAuth.removeBiometryFactor();
  expect(await powerAuth.hasBiometryFactor()).toBe(false);
  await powerAuth.addBiometryFactor(PASSWORD);
  await powerAuth.removeActivationLocal();
  await expectNothingLeft(powerAuth);
});

test.each(['info', 'authenticate', 'create', 'remove'])(
  'a `%s` that hangs ends with the instance',
  async (method) => {
    const { powerAuth } = await withProvider({ [method]: never });
    const calls = Promise.allSettled([sign(powerAuth), powerAuth.addBiometryFactor(PASSWORD)]);
    const removal = powerAuth.removeActivationLocal();
    // Nobody else waits for the provider.
    expect(await powerAuth.hasValidActivation()).toBe(false);
    await powerAuth.deconfigure();
    await calls;
    await removal;
  },
);

test('an `info` that hangs under a commit lets the activation be removed', async () => {
  const { provider } = testBiometry();
  const server = await testServer();
  const powerAuth = await testClient(server, { biometry: { provider: { ...provider, info: never } } });
  const { activationCode } = server.createActivation();
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
  const commit = rejection(
    powerAuth.commitActivation(PowerAuthAuthentication.commitWithPasswordAndBiometry(PASSWORD)),
  );
  const info = rejection(powerAuth.getBiometryInfo());
  await powerAuth.removeActivationLocal();
  expect(await commit).toMatchObject(CANCELED);
  await expectNothingLeft(powerAuth);
  await powerAuth.deconfigure();
  expect(await info).toMatchObject(CANCELED);
});

test('an error that can not be asked what it is, is BIOMETRY_FAILED', async () => {
  const evil = throwing(new Error());
  const { powerAuth, repair } = await withProvider({ authenticate: () => Promise.reject(evil) });
  await expect(sign(powerAuth)).rejects.toMatchObject(error(PowerAuthErrorCode.BIOMETRY_FAILED));
  repair();
  await sign(powerAuth);
});
