/** Nothing of a session that was closed comes back by work that was in progress, wherever that was. */
import nodeCrypto from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { threadEngine } from '../../src/hot-path/index.ts';
import { PowerAuth, PowerAuthAuthentication, PowerAuthErrorCode } from '../../src/index.ts';
import { RecordKeys } from '../../src/session/record-keys.ts';
import { temporaryKeyCounts } from '../../src/session/temporary-keys.ts';
import { tokenCache } from '../../src/session/token-cache.ts';
import { decodeTokenRecord, encodeTokenRecord } from '../../src/session/token-record.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import { activated, SEALING_KEY, testClient } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { fleet, quiet, sharedThings, Sluice, TOKEN, until } from '../helpers/fleet.ts';
import { storageLike } from '../helpers/storage.ts';

const CANCELED = error(PowerAuthErrorCode.OPERATION_CANCELED);
const POSSESSION = PowerAuthAuthentication.possession();

test('a renewal that finds another token than the refused one takes no key slot any more', async () => {
  const memory = memoryStorage();
  const [reads, deletions] = [new Sluice(), new Sluice()];
  const storage = storageLike(memory, {
    get: async (key) => {
      const record = await memory.get(key);
      await reads.pass(key);
      return record;
    },
    delete: async (key) => {
      await deletions.pass(key);
      await memory.delete(key);
    },
  });
  const tokens = tokenCache.size;
  const { powerAuth } = await activated({ storage });
  const { tokenStore, instanceId } = powerAuth;
  await tokenStore.requestAccessToken('token', POSSESSION);
  const key = new RecordKeys(instanceId).token('token');
  reads.hold((read) => read === key);
  deletions.hold(() => true);
  const renewed = expect(
    tokenStore.renewAccessToken('token', { refused: 'another', authentication: POSSESSION }),
  ).rejects.toMatchObject(CANCELED);
  await until(() => reads.held === 1);
  // The end waits for this write, and does not give up the read before.
  const removed = tokenStore.removeLocalToken('other').catch(() => undefined);
  await until(() => deletions.held === 1);
  const closing = powerAuth.deconfigure();
  reads.open();
  await quiet();
  deletions.open();
  await Promise.all([closing, renewed, removed]);
  expect(tokenCache.size).toBe(tokens);
});

test('a temporary key that comes when its instance has ended is kept for nobody', async () => {
  const { powerAuth } = await activated();
  const { activations } = temporaryKeyCounts();
  const things = sharedThings();
  const verify = nodeCrypto.verify.bind(nodeCrypto) as (...args: unknown[]) => boolean;
  let closing: Promise<unknown> | undefined;
  const spy = vi.spyOn(nodeCrypto, 'verify').mockImplementation((...args: unknown[]) => {
    closing ??= powerAuth.deconfigure();
    return verify(...args);
  });
  onTestFinished(() => spy.mockRestore());
  await expect(powerAuth.getEncryptorForActivationScope().encryptRequest('x')).rejects.toMatchObject(
    CANCELED,
  );
  expect(closing).toBeDefined();
  await closing;
  await quiet();
  expect(temporaryKeyCounts().activations).toBe(activations);
  expect(sharedThings(), 'settings, store, server, hub and application').toBe(things - 5);
});

test.each([
  ['a function that throws', () => () => expect.fail('no')],
  ['nothing', () => undefined],
  ['a text', () => 'unsubscribed'],
])('a storage whose subscribe returns %s keeps no session from its end', async (_, subscribe) => {
  const [tokens, things] = [tokenCache.size, sharedThings()];
  const subscribed = vi.fn(subscribe as never);
  const storage = storageLike(memoryStorage(), { subscribe: subscribed });
  const { server, powerAuth } = await activated({ storage });
  const other = await testClient(server, { storage });
  expect(await other.hasValidActivation()).toBe(false);
  await powerAuth.tokenStore.requestAccessToken('token', POSSESSION);
  expect(subscribed, 'once for all instances').toHaveBeenCalledTimes(1);
  expect(tokenCache.size).toBe(tokens + 1);
  expect(await Promise.all([powerAuth.deconfigure(), other.deconfigure()])).toEqual([true, true]);
  expect([tokenCache.size, sharedThings()]).toEqual([tokens, things]);
});

test('a renewed token for which there is no room ends its header generator, and nothing else', async () => {
  const { instances, configure, say, keysOf } = await fleet(1);
  const [one] = instances as [PowerAuth];
  await configure(one);
  const { tokenStore, instanceId } = one;
  const generator = await tokenStore.headerGenerator(TOKEN);
  const { storage } = one.keychainConfiguration ?? {};
  const sealed = sealedStorage(storage ?? expect.fail('no storage'), SEALING_KEY);
  const key = keysOf(one).token(TOKEN);
  const record = decodeTokenRecord((await sealed.get(key)) ?? expect.fail('no record'));
  await sealed.set(key, encodeTokenRecord({ ...record, tokenIdentifier: 'renewed' }));
  const engine = await threadEngine();
  const full = vi.spyOn(engine, 'addKey').mockImplementation(() => {
    throw new Error('no memory');
  });
  onTestFinished(() => full.mockRestore());
  say([key]);
  await until(() => full.mock.calls.length > 0);
  // A rejection that nobody handles would fail this run.
  await quiet();
  full.mockRestore();
  expect(() => generator.next()).toThrow(/removed/);
  expect((await new PowerAuth(instanceId).tokenStore.generateHeaderForToken(TOKEN)).value).toContain(
    'renewed',
  );
  generator.release();
});
