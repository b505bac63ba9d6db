/** Failures by real means: each is a clear error, and nothing that was stored is lost. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CDPSession, Frame, Page } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bundleForPage, launchProfile, testPages, useBrowser } from '../../../helpers/browser.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { temporaryFolder } from '../../../helpers/storage.ts';
import type { Outcome, powerAuthPage as PowerAuthPage } from '../pages/driver.ts';

declare const powerAuthPage: typeof PowerAuthPage;

const NAME = 'failures';
const HTML = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>';

let script: string;
beforeAll(async () => {
  script = await bundleForPage(new URL('../pages/driver.ts', import.meta.url));
});

const serve = (more: Record<string, string> = {}) =>
  testPages({ '/': HTML, '/main.js': script, ...more }, { headers: { 'access-control-allow-origin': '*' } });

const set = (page: Page | Frame, key: string, length: number, name = NAME): Promise<Outcome> =>
  page.evaluate(
    ([name, key, length]) =>
      powerAuthPage.outcome(powerAuthPage.storage(name).set(key, new Uint8Array(length).fill(7))),
    [name, key, length] as const,
  );

/** The length of a value, or what went wrong. */
const lengthOf = async (page: Page | Frame, key: string, name = NAME): Promise<unknown> => {
  const { value, ...error } = await page.evaluate(
    ([name, key]) => powerAuthPage.outcome(powerAuthPage.storage(name).get(key)),
    [name, key] as const,
  );
  return error.code === undefined ? value : error;
};

const failed = (message: RegExp, cause?: string): unknown => ({
  code: 'UNKNOWN_ERROR',
  message: expect.stringMatching(message) as string,
  cause: cause ?? (expect.any(String) as string),
});

describeWith('chromium', 'in Chromium', () => {
  const shared = useBrowser('chromium');

  async function opened(): Promise<{ page: Page; origin: string; cdp: CDPSession }> {
    const { origin } = await serve();
    const page = await shared.page(origin);
    return { page, origin, cdp: await page.context().newCDPSession(page) };
  }

  describe('the quota is used up', () => {
    test('while records are written: they stay as they were, and writing goes on when there is room', async () => {
      const { page, origin, cdp } = await opened();
      // Room for small records. Chromium looks again only when there is not enough.
      await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 });
      expect(await set(page, 'before', 3)).toEqual({ value: undefined });
      const full = failed(
        /^Cannot write IndexedDB database "failures": the quota .* is full; /,
        'QuotaExceededError',
      );
      expect(await set(page, 'before', 2_000_000)).toEqual(full);
      expect(await set(page, 'new', 2_000_000)).toEqual(full);
      const updated = await page.evaluate(
        (name) =>
          powerAuthPage.outcome(
            powerAuthPage.storage(name).update('before', () => new Uint8Array(2_000_000)),
          ),
        NAME,
      );
      expect(updated).toEqual(full);
      expect([await lengthOf(page, 'before'), await lengthOf(page, 'new')]).toEqual([3, undefined]);

      await page.reload();
      expect([await lengthOf(page, 'before'), await lengthOf(page, 'new')]).toEqual([3, undefined]);
      await cdp.send('Storage.overrideQuotaForOrigin', { origin });
      expect(await set(page, 'before', 2_000_000)).toEqual({ value: undefined });
      expect(await lengthOf(page, 'before')).toBe(2_000_000);
    });

    test('when the database is to be made: the next call tries again', async () => {
      const { page, origin, cdp } = await opened();
      await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
      const full = failed(
        /^Cannot open IndexedDB database "failures": the quota .* is full; /,
        'QuotaExceededError',
      );
      expect(await set(page, 'key', 3)).toEqual(full);
      expect(await lengthOf(page, 'key')).toEqual(full);
      await cdp.send('Storage.overrideQuotaForOrigin', { origin });
      expect(await set(page, 'key', 3)).toEqual({ value: undefined });
      expect(await lengthOf(page, 'key')).toBe(3);
    });
  });

  test('blocked by the user, for this site', async () => {
    const { origin } = await serve();
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'Default'));
    const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
    await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(settings));
    const context = await launchProfile('chromium', folder);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(origin);
    expect(await lengthOf(page, 'key')).toEqual(failed(/^Cannot open IndexedDB database "failures": /));
    expect(await set(page, 'key', 3)).toEqual(failed(/^Cannot open IndexedDB database "failures": /));
  });

  test('an insecure page', async () => {
    const { origin } = await serve();
    const page = await shared.page(origin.replace('127.0.0.1', 'insecure.test'));
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    expect(await lengthOf(page, 'key')).toEqual(failed(/ needs Web Locks, .* serve the page over HTTPS/));
  });

  test.each([
    ['Web Locks', 'delete Navigator.prototype.locks'],
    ['IndexedDB', 'delete globalThis.indexedDB'],
    ['BroadcastChannel', 'delete globalThis.BroadcastChannel'],
  ])('a WebView without %s', async (what, script) => {
    const { origin } = await serve();
    const context = await shared.context();
    await context.addInitScript(script);
    const page = await shared.page(origin, context);
    const missing = failed(
      new RegExp(`^The localforage storage needs ${what}, which this runtime doesn't have`),
    );
    expect(await lengthOf(page, 'key')).toEqual(missing);
    expect(await set(page, 'key', 3)).toEqual(missing);
  });

  describe('the database is deleted under the app', () => {
    const deletions: [string, (page: Page, origin: string, cdp: CDPSession) => Promise<unknown>][] = [
      [
        'by a script',
        (page) =>
          page.evaluate(
            (name) =>
              new Promise<void>((resolve, reject) => {
                const request = indexedDB.deleteDatabase(name);
                request.onsuccess = () => resolve();
                request.onblocked = () => reject(new Error('blocked'));
              }),
            NAME,
          ),
      ],
      [
        'with all site data',
        (_page, origin, cdp) => cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' }),
      ],
    ];
    test.each(deletions)('%s: its storages end, a new one begins with an empty one', async (_, deletes) => {
      const { page, origin, cdp } = await opened();
      const other = await shared.page(origin, page.context());
      await set(page, 'key', 3);
      expect(await lengthOf(other, 'key')).toBe(3);
      await deletes(other, origin, cdp);
      const gone = failed(/^IndexedDB database "failures" was deleted while it was in use/, 'none');
      for (const each of [page, other]) {
        await expect.poll(() => each.evaluate(() => powerAuthPage.notices)).toContain('all');
        expect(await lengthOf(each, 'key')).toEqual(gone);
        expect(await set(each, 'key', 4)).toEqual(gone);
        expect(await lengthOf(each, 'key')).toEqual(gone);
      }
      await page.evaluate((name) => powerAuthPage.close(name), NAME);
      expect(await lengthOf(page, 'key')).toBe(undefined);
      expect(await set(page, 'key', 5)).toEqual({ value: undefined });
      // The new one of the same name is not the one that this tab knew.
      expect(await lengthOf(other, 'key')).toEqual(gone);
    });
  });

  describe('another version of the database', () => {
    /** Opens it in another tab by hand, and keeps the connection in any case. */
    const hold = (page: Page, version?: number): Promise<unknown> =>
      page.evaluate(
        ([name, version]) =>
          new Promise<void>((resolve, reject) => {
            const request = indexedDB.open(name, version);
            request.onsuccess = () => {
              Object.assign(globalThis, { held: request.result });
              resolve();
            };
            request.onblocked = () => reject(new Error('blocked'));
            request.onerror = () => reject(request.error ?? new Error('not opened'));
          }),
        [NAME, version] as const,
      );

    test('that keeps ours from being made: an error, and it works when the other lets go', async () => {
      const { page, origin } = await opened();
      const other = await shared.page(origin, page.context());
      await hold(other);
      const blocked = failed(
        /^Cannot open IndexedDB database "failures": nothing happened for 10 s\. /,
        'none',
      );
      expect(await set(page, 'key', 3)).toEqual(blocked);
      await other.evaluate(() => (globalThis as unknown as { held: IDBDatabase }).held.close());
      expect(await set(page, 'key', 3)).toEqual({ value: undefined });
      expect(await lengthOf(page, 'key')).toBe(3);
    });

    test('is not kept from coming, and changes nothing', async () => {
      const { page, origin } = await opened();
      const other = await shared.page(origin, page.context());
      await set(page, 'key', 3);
      await hold(other, 77);
      expect(await lengthOf(page, 'key')).toBe(3);
      expect(await set(page, 'key', 4)).toEqual({ value: undefined });
      expect(await lengthOf(page, 'key')).toBe(4);
      expect(await page.evaluate(() => powerAuthPage.notices)).toEqual(['all']);
    });
  });

  test('a lost connection that cannot be restored at once', async () => {
    const { page } = await opened();
    await set(page, 'key', 3);
    await page.evaluate(async (name) => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
      const { open } = IDBFactory.prototype;
      const request = indexedDB.open(name, 77);
      await new Promise((resolve) => (request.onsuccess = resolve));
      request.result.close();
      IDBFactory.prototype.open = () => {
        throw new DOMException('Internal error', 'UnknownError');
      };
      Object.assign(globalThis, { mend: () => (IDBFactory.prototype.open = open) });
    }, NAME);
    const broken = failed(/^Cannot open IndexedDB database "failures": UnknownError Internal error$/);
    expect([await lengthOf(page, 'key'), await set(page, 'key', 4)]).toEqual([broken, broken]);
    await page.evaluate(() => (globalThis as unknown as { mend: () => void }).mend());
    expect(await lengthOf(page, 'key')).toBe(3);
    expect(await set(page, 'key', 4)).toEqual({ value: undefined });
  });

  test('closed in the middle of calls: they end, or are refused, and no connection stays open', async () => {
    const { page } = await opened();
    const left = await page.evaluate(async (name) => {
      const open = new Set<IDBDatabase>();
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own object below
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (...args) {
        open.add(this);
        return transaction.apply(this, args);
      };
      const codes = new Set<unknown>();
      for (let turns = 0; turns < 40; turns++) {
        const storage = powerAuthPage.localforageStorage({ name: `${name} ${turns}` });
        await storage.get('key');
        const calls = [
          storage.get('key'),
          storage.set('key', new Uint8Array(3)),
          storage.update('key', async (current) => current),
          (storage.sealingKey?.() ?? Promise.resolve()).then(() => undefined),
          (async () => {
            for await (const key of storage.list('')) if (key === '') break;
          })(),
        ];
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        const closing = storage.close();
        const outcomes = await Promise.all(calls.map((call) => powerAuthPage.outcome(call)));
        for (const { code } of outcomes) codes.add(code);
        await closing;
      }
      const isOpen = (db: IDBDatabase): boolean => {
        try {
          transaction.call(db, 'records', 'readonly');
          return true;
        } catch {
          return false;
        }
      };
      return { connections: open.size, open: [...open].filter(isOpen).length, codes: [...codes] };
    }, NAME);
    expect(left.connections).toBeGreaterThanOrEqual(40);
    expect(left.open).toBe(0);
    expect(new Set(left.codes)).toEqual(new Set([undefined, 'INVALID_NATIVE_OBJECT']));
  });

  test('a foreign record, and something else in the place of the sealing key', async () => {
    const { page } = await opened();
    await set(page, 'key', 3);
    await page.evaluate(
      (name) =>
        new Promise<void>((resolve) => {
          const request = indexedDB.open(name);
          request.onsuccess = () => {
            const transaction = request.result.transaction('records', 'readwrite');
            transaction.objectStore('records').put('text', 'record/key');
            transaction.objectStore('records').put('text', 'sealing-key');
            transaction.oncomplete = () => resolve();
            request.result.close();
          };
        }),
      NAME,
    );
    const foreign = failed(/^IndexedDB database "failures": record "key" isn't bytes; it is left in place$/);
    expect(await lengthOf(page, 'key')).toEqual(foreign);
    expect(
      await page.evaluate((name) => {
        const storage = powerAuthPage.storage(name);
        return powerAuthPage.outcome(storage.update('key', () => undefined));
      }, NAME),
    ).toEqual(foreign);
    expect(
      await page.evaluate((name) => {
        const storage = powerAuthPage.storage(name);
        return powerAuthPage.outcome(storage.sealingKey?.() ?? Promise.resolve());
      }, NAME),
    ).toEqual(failed(/: its sealing key was replaced by something else; it is left in place$/));
  });
});

for (const browser of ['chromium', 'firefox'] as const) {
  describeWith(browser, `in ${browser}`, () => {
    const shared = useBrowser(browser);

    test('a sandboxed frame', async () => {
      const { origin } = await serve({
        '/framed': '<!doctype html><iframe sandbox="allow-scripts" src="/"></iframe>',
      });
      const page = await shared.page(`${origin}/framed`);
      const frame = page.frames()[1];
      if (frame === undefined) throw new Error('no frame');
      await frame.waitForFunction(() => 'powerAuthPage' in globalThis);
      const forbidden = failed(
        /^Cannot open IndexedDB database "failures": the browser forbids it here/,
        'SecurityError',
      );
      expect(await lengthOf(frame, 'key')).toEqual(forbidden);
      expect(await set(frame, 'key', 3)).toEqual(forbidden);
    });
  });
}

describeWith('firefox', 'in Firefox that keeps no site data', () => {
  const shared = useBrowser('firefox', { preferences: { 'network.cookie.cookieBehavior': 2 } });

  test('says so', async () => {
    const { origin } = await serve();
    const page = await shared.page(origin);
    expect(await lengthOf(page, 'key')).toEqual(
      failed(/^Cannot open IndexedDB database "failures": the browser forbids it here/, 'SecurityError'),
    );
  });
});
