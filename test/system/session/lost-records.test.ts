/** Records that somebody takes away without a notice, as FLUSHALL does, or whoever removes a store's keys by hand. */

import { describe, expect, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuth,
  type PowerAuthStorage,
} from '../../../src/index.ts';
import { MemorySpace, memoryStorage } from '../../../src/storage/memory.ts';
import { activate, PASSWORD, testClient, testServer } from '../../helpers/client.ts';
import { error } from '../../helpers/error.ts';
import { describeWith } from '../../helpers/programs.ts';
import { askRedis, testRedis, testRedisStorage } from '../../helpers/redis.ts';
import { testSqliteStorage } from '../../helpers/sqlite.ts';
import { keysOf, storageLike, temporaryFolder } from '../../helpers/storage.ts';

const POSSESSION = PowerAuthAuthentication.possession();

/** A storage, and what empties it behind its back. */
interface Place {
  readonly storage: PowerAuthStorage;
  readonly empty: () => Promise<void>;
}

/** Nobody is told what `other` does to the store. */
function deaf(storage: PowerAuthStorage, other: PowerAuthStorage): Place {
  return {
    storage: storageLike(storage, { subscribe: () => () => undefined }),
    empty: async () => {
      for (const key of await keysOf(other)) await other.delete(key);
    },
  };
}

/** Each of them reads the record, and so finds out. */
const READERS: Readonly<Record<string, (powerAuth: PowerAuth) => Promise<unknown>>> = {
  hasValidActivation: (powerAuth) => powerAuth.hasValidActivation(),
  canStartActivation: (powerAuth) => powerAuth.canStartActivation(),
  getActivationIdentifier: (powerAuth) => powerAuth.getActivationIdentifier(),
  getActivationFingerprint: (powerAuth) => powerAuth.getActivationFingerprint(),
  fetchActivationStatus: (powerAuth) => powerAuth.fetchActivationStatus(),
  requestSignature: (powerAuth) => powerAuth.requestSignature(POSSESSION, 'POST', '/x', ''),
  validatePassword: (powerAuth) => powerAuth.validatePassword(PASSWORD),
  hasBiometryFactor: (powerAuth) => powerAuth.hasBiometryFactor(),
  encryptRequest: (powerAuth) => powerAuth.getEncryptorForActivationScope().encryptRequest('{}'),
  'requestAccessToken for another one': (powerAuth) =>
    powerAuth.tokenStore.requestAccessToken('another one', POSSESSION),
};

/** Where a store takes its time. */
const SOME = ['hasValidActivation', 'requestSignature'];

function lostRecords(open: () => Promise<Place>, readers = Object.keys(READERS)): void {
  test.each(readers)('%s finds out, and all that was remembered is forgotten', async (reader) => {
    const { storage, empty } = await open();
    const server = await testServer();
    const powerAuth = await testClient(server, { storage });
    await activate(server, powerAuth);
    const { tokenStore } = powerAuth;
    for (const name of ['held', 'cached']) await tokenStore.requestAccessToken(name, POSSESSION);
    const generator = await tokenStore.headerGenerator('held');
    await tokenStore.generateHeaderForToken('cached');
    expect(await powerAuth.hasValidActivation()).toBe(true);

    await empty();
    await READERS[reader]?.(powerAuth).catch(() => undefined);

    expect(await powerAuth.hasValidActivation()).toBe(false);
    await expect(powerAuth.requestSignature(POSSESSION, 'POST', '/x', '')).rejects.toMatchObject(
      error(PowerAuthErrorCode.MISSING_ACTIVATION),
    );
    expect(await powerAuth.getEncryptorForActivationScope().canEncryptRequest()).toBe(false);
    await expect(tokenStore.generateHeaderForToken('cached')).rejects.toMatchObject(
      error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE),
    );
    await expect
      .poll(() => {
        try {
          return generator.next();
        } catch (e) {
          return (e as { code?: string }).code;
        }
      })
      .toBe(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE);

    // A new one can begin at once.
    const { activationId, activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
    server.commitActivation(activationId);
    await powerAuth.validatePassword(PASSWORD);
  });

  test('createActivation begins at once', async () => {
    const { storage, empty } = await open();
    const server = await testServer();
    const powerAuth = await testClient(server, { storage });
    await activate(server, powerAuth);
    expect(await powerAuth.hasValidActivation()).toBe(true);
    await empty();
    await activate(server, powerAuth);
    await powerAuth.validatePassword(PASSWORD);
  });
}

describe('in memory', () => {
  lostRecords(() => {
    const space = new MemorySpace();
    return Promise.resolve(deaf(memoryStorage(space), memoryStorage(space)));
  });
});

describe('on SQLite', () => {
  lostRecords(async () => {
    const folder = await temporaryFolder();
    return deaf(testSqliteStorage(folder), testSqliteStorage(folder));
  }, SOME);
});

describeWith('redis', 'on Redis, by FLUSHALL', () => {
  lostRecords(async () => {
    const server = await testRedis();
    return { storage: testRedisStorage({ url: server.url }), empty: () => askRedis(server, ['FLUSHALL']) };
  }, SOME);
});
