import { expect, test } from 'vitest';
import {
  PowerAuthAuthentication,
  PowerAuthError,
  PowerAuthErrorCode,
  type PowerAuthStorage,
} from '../../src/index.ts';
import { lostLockError } from '../../src/storage/driver/checks.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { activated, PASSWORD, requestsTo } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';

const POSSESSION = PowerAuthAuthentication.possession();
const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);
const CANCELED = error(PowerAuthErrorCode.OPERATION_CANCELED);

/** Records in memory, and locks of this kind that are lost when `lose` is called, as happens to a tab that hangs. */
function losingStorage(kind: '/token/' | '/requests'): {
  storage: PowerAuthStorage;
  lose: (reason?: unknown) => void;
} {
  const inner = memoryStorage();
  let lost = new AbortController();
  const storage: PowerAuthStorage = {
    name: 'losing',
    get: (key) => inner.get(key),
    set: (key, value) => inner.set(key, value),
    delete: (key) => inner.delete(key),
    list: (prefix) => inner.list(prefix),
    update: (key, change) => inner.update(key, change),
    subscribe: (listener) => inner.subscribe(listener),
    close: () => inner.close(),
    lock: (name, section) =>
      inner.lock(name, (lock) => {
        if (!name.includes(kind)) return section(lock);
        lost = new AbortController();
        return section({ signal: lost.signal });
      }),
  };
  return { storage, lose: (reason: unknown = lostLockError(kind)) => lost.abort(reason) };
}

test('a call whose lock was lost in the meantime changes nothing that another one may have made', async () => {
  const { storage, lose } = losingStorage('/token/');
  let answered = (): void => undefined;
  const { powerAuth } = await activated({
    storage,
    client: {
      fetch: async (...request) => {
        const response = await fetch(...request);
        answered();
        return response;
      },
    },
  });
  const { tokenStore } = powerAuth;
  const wasLost = error(PowerAuthErrorCode.OPERATION_CANCELED, /was lost/);

  for (const [reason, expected] of [
    [lostLockError('/token/'), wasLost],
    ['asleep', { ...wasLost, cause: 'asleep' }],
    // The caller's storage, closed.
    [new PowerAuthError(undefined, 'closed', 'INVALID_NATIVE_OBJECT'), { code: 'INVALID_NATIVE_OBJECT' }],
  ] as const) {
    answered = () => lose(reason);
    await expect(tokenStore.requestAccessToken('name', POSSESSION)).rejects.toMatchObject(expected);
    answered = () => undefined;
    expect(await tokenStore.hasLocalToken('name')).toBe(false);
  }

  const { tokenIdentifier } = await tokenStore.requestAccessToken('name', POSSESSION);
  answered = lose;
  await expect(tokenStore.removeAccessToken('name')).rejects.toMatchObject(wasLost);
  expect((await tokenStore.getLocalToken('name')).tokenIdentifier).toBe(tokenIdentifier);
});

test.each([undefined, 'asleep', new DOMException('asleep', 'AbortError')])(
  'a request whose lock is lost is broken off with the same code, reason %s',
  async (reason) => {
    const { storage, lose } = losingStorage('/requests');
    const { server, powerAuth } = await activated({ storage });
    const calls: (readonly [path: string, call: () => Promise<unknown>])[] = [
      ['/pa/v3/signature/validate', () => powerAuth.validatePassword(PASSWORD)],
      ['/pa/v3/token/create', () => powerAuth.tokenStore.requestAccessToken('name', POSSESSION)],
      ['/pa/v3/vault/unlock', () => powerAuth.fetchEncryptionKey(KNOWLEDGE, 1)],
    ];
    for (const [path, call] of calls) {
      server.faults.add({ path, count: 1, delay: 60_000 });
      const before = requestsTo(server, path);
      const broken = rejection(call());
      await expect.poll(() => requestsTo(server, path)).toBe(before + 1);
      lose(reason);
      expect(await broken, path).toMatchObject({
        ...CANCELED,
        message: expect.stringMatching(/was lost/) as string,
      });
      await call();
    }
  },
);
