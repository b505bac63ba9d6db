/** An activation that is replaced by another one, here or by another process, while an earlier call is in progress. */

import { describe, expect, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuthStorage,
} from '../../src/index.ts';
import { removeLocalActivation } from '../../src/session/activation-removal.ts';
import { decodeActivationRecord, encodeActivationRecord } from '../../src/session/activation-record.ts';
import { RecordKeys } from '../../src/session/record-keys.ts';
import { decodeTokenRecord, encodeTokenRecord } from '../../src/session/token-record.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import { MemorySpace, memoryStorage } from '../../src/storage/memory.ts';
import {
  activate,
  activated,
  PASSWORD,
  SEALING_KEY,
  testClient,
  testServer,
  testSession,
} from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { keysOf, storageLike } from '../helpers/storage.ts';

const POSSESSION = PowerAuthAuthentication.possession();

/** A `fetch` whose next answer from `path` is held back. */
function holdingFetch(path: string) {
  let arrived = (): void => undefined;
  let release = (): void => undefined;
  const here = new Promise<void>((resolve) => (arrived = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  let held = false;
  const holding: typeof fetch = async (url, init) => {
    const response = await fetch(url, init);
    if (held || !(url as string).endsWith(path)) return response;
    held = true;
    arrived();
    await released;
    return response;
  };
  return { fetch: holding, here, release };
}

describe('an activation that takes the place of one under a slow call', () => {
  test('is not removed with it', async () => {
    const held = holdingFetch('/pa/v3/activation/remove');
    const { server, powerAuth } = await activated({ client: { fetch: held.fetch } });
    const removal = powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password(PASSWORD));
    await held.here;
    await powerAuth.removeActivationLocal();
    const second = await activate(server, powerAuth);
    held.release();
    await removal;
    expect(await powerAuth.getActivationIdentifier()).toBe(second);
    await powerAuth.validatePassword(PASSWORD);
  });

  test('is not forgotten with it before its commit', async () => {
    const held = holdingFetch('/pa/v3/activation/remove');
    const { server, powerAuth } = await activated({ client: { fetch: held.fetch } });
    const removal = powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password(PASSWORD));
    await held.here;
    await powerAuth.removeActivationLocal();
    const { activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    held.release();
    await removal;
    expect(await powerAuth.hasPendingActivation()).toBe(true);
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
  });

  test('is not measured by the counter of the former one', async () => {
    const held = holdingFetch('/pa/v3/activation/status');
    const { server, powerAuth } = await activated({ client: { fetch: held.fetch } });
    const status = powerAuth.fetchActivationStatus();
    await held.here;
    await powerAuth.removeActivationLocal();
    await activate(server, powerAuth);
    held.release();
    await expect(status).rejects.toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED, /replaced/));
    expect((await powerAuth.fetchActivationStatus()).state).toBe('ACTIVE');
  });

  test('keeps its tokens when the former one is found removed', async () => {
    const held = holdingFetch('/pa/v3/activation/status');
    const { server, powerAuth, activationId } = await activated({ client: { fetch: held.fetch } });
    server.removeActivation(activationId);
    const status = powerAuth.fetchActivationStatus();
    await held.here;
    await powerAuth.removeActivationLocal();
    await activate(server, powerAuth);
    await powerAuth.tokenStore.requestAccessToken('token', POSSESSION);
    held.release();
    expect((await status).state).toBe('REMOVED');
    expect(await powerAuth.tokenStore.hasLocalToken('token')).toBe(true);
  });

  test('keeps its tokens when those of the former one are swept out late', async () => {
    const memory = memoryStorage();
    const { server, powerAuth } = await activated({ storage: memory, instanceId: 'late sweep' });
    await powerAuth.tokenStore.requestAccessToken('former', POSSESSION);
    // As a crash leaves it: the activation is gone, its token is not.
    const keys = new RecordKeys('late sweep');
    await memory.delete(keys.activation);
    await powerAuth.deconfigure();

    let listed = (): void => undefined;
    let release = (): void => undefined;
    const listing = new Promise<void>((resolve) => (listed = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    const slow = await testClient(server, {
      instanceId: 'late sweep',
      storage: storageLike(memory, {
        async *list(prefix) {
          listed();
          await released;
          yield* memory.list(prefix);
        },
      }),
    });
    const { activationId, activationCode } = server.createActivation();
    await slow.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    const commit = slow.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
    await listing;
    server.commitActivation(activationId);
    await slow.tokenStore.requestAccessToken('token', POSSESSION);
    release();
    await commit;
    expect(await slow.tokenStore.hasLocalToken('token')).toBe(true);
    expect(await keysOf(memory, keys.tokens)).toEqual([keys.token('token')]);
  });
});

describe('what another process changed, and this one has not heard of', () => {
  /** Two processes, the first of which hears of no change. */
  async function deafAndOther() {
    const server = await testServer();
    const space = new MemorySpace();
    const instanceId = 'deaf';
    const deafStorage = storageLike(memoryStorage(space), { subscribe: () => () => undefined });
    const deaf = await testClient(server, { instanceId, storage: deafStorage });
    await activate(server, deaf);
    const other = await testSession(server, { instanceId, storage: memoryStorage(space) });
    return { server, deaf, other, storage: memoryStorage(space), keys: new RecordKeys(instanceId) };
  }

  test('leaves no token of an activation that was removed while it was being created', async () => {
    const { server, deaf, other, storage } = await deafAndOther();
    await deaf.hasValidActivation();
    server.faults.add({ path: '/pa/v3/token/create', count: 1, delay: 1000 });
    const token = deaf.tokenStore.requestAccessToken('token', POSSESSION);
    token.catch(() => undefined);
    await expect.poll(() => server.requests.at(-1)?.path).toBe('/pa/v3/token/create');
    await removeLocalActivation(other);
    await expect(token).rejects.toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED));
    expect(await keysOf(storage)).toEqual([]);
  });

  test('costs a newer activation no token', async () => {
    const { deaf, storage, keys } = await deafAndOther();
    await deaf.tokenStore.requestAccessToken('token', POSSESSION);
    await deaf.tokenStore.removeLocalToken('token');
    expect(await deaf.hasValidActivation()).toBe(true);
    // Another activation, with a token of its own, takes the place of the one that is remembered.
    const sealed = sealedStorage(storage, SEALING_KEY);
    const second = await activated({ instanceId: 'other name', storage });
    await second.powerAuth.tokenStore.requestAccessToken('token', POSSESSION);
    const theirs = new RecordKeys('other name');
    const { instanceId } = keys;
    const read = async (key: string) => (await sealed.get(key)) ?? new Uint8Array();
    const record = { ...decodeActivationRecord(await read(theirs.activation)), instanceId };
    const token = { ...decodeTokenRecord(await read(theirs.token('token'))), instanceId };
    await sealed.set(keys.activation, encodeActivationRecord(record));
    await sealed.set(keys.token('token'), encodeTokenRecord(token));
    expect(await deaf.tokenStore.hasLocalToken('token')).toBe(true);
  });
});

test.each<readonly [string, (fail: () => void, memory: PowerAuthStorage) => Partial<PowerAuthStorage>]>([
  [
    'to list them',
    (fail, memory) => ({
      list: (prefix) => {
        fail();
        return memory.list(prefix);
      },
    }),
  ],
  [
    'to read the activation',
    (fail, memory) => ({
      get: async (key) => {
        fail();
        return memory.get(key);
      },
    }),
  ],
  [
    'to report that the activation was deleted',
    (fail, memory) => ({
      delete: async (key) => {
        await memory.delete(key);
        fail();
      },
    }),
  ],
])(
  'a storage that fails %s while an activation is removed leaves no token that makes headers',
  async (_, change) => {
    const memory = memoryStorage();
    let broken = false;
    const fail = () => {
      if (broken) throw new Error('the disk is broken');
    };
    const { powerAuth } = await activated({ storage: storageLike(memory, change(fail, memory)) });
    await powerAuth.tokenStore.requestAccessToken('token', POSSESSION);
    const generator = await powerAuth.tokenStore.headerGenerator('token');
    broken = true;
    // The activation is gone, and with it what a token is worth.
    await powerAuth.removeActivationLocal();
    broken = false;
    await expect.poll(() => powerAuth.tokenStore.hasLocalToken('token')).toBe(false);
    expect(() => generator.next()).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE)),
    );
  },
);
