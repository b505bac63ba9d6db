import { expect, test } from 'vitest';
import { PowerAuthAuthentication, type PowerAuth, type PowerAuthStorage } from '../../src/index.ts';
import { lostLockError } from '../../src/storage/driver/checks.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { activated, PASSWORD, requestsTo } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { rejection, storageLike } from '../helpers/storage.ts';

const CANCELED = error('OPERATION_CANCELED', /was lost/);

/** A storage that says of the lock for signed requests that it was lost when it is asked, from a moment on, as after a freeze. */
function forgetful(): { storage: PowerAuthStorage; lose: () => void; find: () => void } {
  const base = memoryStorage();
  let isLost = false;
  const storage = storageLike(base, {
    lock: (name, section) =>
      base.lock(name, ({ signal }) => {
        if (!name.endsWith('/requests')) return section({ signal });
        const lost = new AbortController();
        return section({
          signal: lost.signal,
          isHeld: async () => {
            if (isLost) lost.abort(lostLockError(name));
            return !isLost;
          },
        });
      }),
  });
  return { storage, lose: () => (isLost = true), find: () => (isLost = false) };
}

const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const POSSESSION = PowerAuthAuthentication.possession();
const CALLS: readonly (readonly [path: string, call: (powerAuth: PowerAuth) => Promise<unknown>])[] = [
  ['/pa/v3/signature/validate', (powerAuth) => powerAuth.validatePassword(PASSWORD)],
  ['/pa/v3/vault/unlock', (powerAuth) => powerAuth.changePassword(PASSWORD, 'another')],
  ['/pa/v3/vault/unlock', (powerAuth) => powerAuth.fetchEncryptionKey(KNOWLEDGE, 1)],
  ['/pa/v3/vault/unlock', (powerAuth) => powerAuth.signDataWithDevicePrivateKey(KNOWLEDGE, 'e30=')],
  ['/pa/v3/token/create', ({ tokenStore }) => tokenStore.requestAccessToken('new', POSSESSION)],
  ['/pa/v3/token/remove', ({ tokenStore }) => tokenStore.removeAccessToken('old')],
  ['/pa/v3/activation/remove', (powerAuth) => powerAuth.removeActivationWithAuthentication(KNOWLEDGE)],
];

test('nothing is sent that was signed before the lock was lost', async () => {
  const { storage, lose, find } = forgetful();
  const { server, powerAuth } = await activated({ storage });
  await powerAuth.tokenStore.requestAccessToken('old', POSSESSION);
  for (const [path, call] of CALLS) {
    lose();
    const before = requestsTo(server, path);
    expect(await rejection(call(powerAuth)), path).toMatchObject(CANCELED);
    expect(requestsTo(server, path), path).toBe(before);
    find();
  }
  await powerAuth.validatePassword(PASSWORD);
});

test('a refusal that comes when the lock was lost says nothing of the password', async () => {
  const { storage, lose, find } = forgetful();
  let answered = (): void => undefined;
  const { server, powerAuth } = await activated({
    storage,
    client: {
      fetch: async (...request) => {
        const response = await fetch(...request);
        answered();
        return response;
      },
    },
  });
  await powerAuth.tokenStore.requestAccessToken('old', POSSESSION);
  for (const [path, call] of CALLS) {
    server.faults.add({ path, count: 2, status: 401 });
    expect(await rejection(call(powerAuth)), path).toMatchObject(error('AUTHENTICATION_ERROR'));
    const before = requestsTo(server, path);
    answered = () => {
      if (requestsTo(server, path) > before) lose();
    };
    expect(await rejection(call(powerAuth)), path).toMatchObject(CANCELED);
    expect(requestsTo(server, path), path).toBe(before + 1);
    answered = find;
    find();
  }
  await powerAuth.validatePassword(PASSWORD);
});
