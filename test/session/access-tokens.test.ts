import { expect, test } from 'vitest';
import { PowerAuthAuthentication, type PowerAuthStorage } from '../../src/index.ts';
import { lostLockError } from '../../src/storage/checks.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { activated } from '../helpers/client.ts';
import { rejection } from '../helpers/storage.ts';

/** Records in memory, and a lock of tokens that is lost when `lose` is called, as happens to a tab that hangs. */
function losingStorage(): { storage: PowerAuthStorage; lose: () => void } {
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
        if (!name.includes('/token/')) return section(lock);
        lost = new AbortController();
        return section({ signal: lost.signal });
      }),
  };
  return { storage, lose: () => lost.abort(lostLockError('token')) };
}

test('a call whose lock was lost meanwhile changes nothing that another one may have made', async () => {
  const { storage, lose } = losingStorage();
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
  const possession = PowerAuthAuthentication.possession();

  answered = lose;
  expect((await rejection(tokenStore.requestAccessToken('name', possession))).message).toMatch(/was lost/);
  expect(await tokenStore.hasLocalToken('name')).toBe(false);

  answered = () => undefined;
  const { tokenIdentifier } = await tokenStore.requestAccessToken('name', possession);
  answered = lose;
  expect((await rejection(tokenStore.removeAccessToken('name'))).message).toMatch(/was lost/);
  expect((await tokenStore.getLocalToken('name')).tokenIdentifier).toBe(tokenIdentifier);
});
