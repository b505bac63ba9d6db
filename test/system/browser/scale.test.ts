/** Very many tokens in one database cost no more than ten, until somebody asks for all of them. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useBrowser } from '../../helpers/browser.ts';
import { DEEP } from '../../helpers/deep.ts';
import { describeWith } from '../../helpers/programs.ts';
import { clientIn, clientOrigin } from './origin.ts';

const MANY = DEEP ? 100_000 : 10_000;

/** What was asked of IndexedDB, in order: method and key. */
type Counted = Window & { asked?: string[] };

/** Notes down each opening and each request to an object store. */
function count(): void {
  const asked: string[] = [];
  (globalThis as unknown as Counted).asked = asked;
  const note = (owner: object, method: string): void => {
    const original = Reflect.get(owner, method) as (...args: unknown[]) => unknown;
    Reflect.set(owner, method, function (this: unknown, ...args: unknown[]): unknown {
      const key = args.findLast((arg) => typeof arg === 'string');
      asked.push(`${method} ${key ?? ''}`.trim());
      return Reflect.apply(original, this, args);
    });
  };
  note(IDBFactory.prototype, 'open');
  for (const method of [
    'get',
    'getKey',
    'getAll',
    'getAllKeys',
    'count',
    'openCursor',
    'openKeyCursor',
    'put',
    'delete',
  ])
    note(IDBObjectStore.prototype, method);
}

/** Puts records as large as a token's into the database, many in a transaction. */
const fill = (page: Page, prefix: string, records: number): Promise<void> =>
  page.evaluate(
    async ([start, total]) => {
      const request = indexedDB.open('powerauth-wasm');
      await new Promise((resolve) => (request.onsuccess = resolve));
      for (let from = 0; from < total; from += 20_000) {
        await new Promise((resolve, reject) => {
          const transaction = request.result.transaction('records', 'readwrite', { durability: 'relaxed' });
          transaction.oncomplete = resolve;
          transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
          const store = transaction.objectStore('records');
          for (let i = from; i < Math.min(total, from + 20_000); i++) {
            const value = new Uint8Array(150);
            value.fill(i);
            store.put(value, `record/${start}${String(i).padStart(43, '0')}`);
          }
        });
      }
      request.result.close();
    },
    [prefix, records] as const,
  );

describeWith('chromium', 'in Chromium', () => {
  const shared = useBrowser('chromium');

  /** A page that begins again on a database with so many tokens, one of them real. */
  async function opened(tokens: number): Promise<Page> {
    const { server, origin, configuration } = await clientOrigin();
    const page = await shared.page(origin);
    const call = clientIn(page);
    await call('configure', configuration);
    const { activationId, activationCode } = server.createActivation();
    await call('activate', activationCode);
    server.commitActivation(activationId);
    await call('requestToken', 'name', 0);
    await fill(page, await call('tokenPrefix'), tokens - 1);
    await page.reload();
    await page.evaluate(count);
    await call('configure', configuration);
    return page;
  }

  const asked = async (page: Page): Promise<string[]> => {
    const all = (await page.evaluate(() => (globalThis as unknown as Counted).asked)) ?? [];
    return all.map((line) =>
      line.replace(/record\/[^/]+\/(token\/)?.*/, (_, token) => (token ? 'a token' : 'activation')),
    );
  };

  test('opening and the first header, and listing in pages', async () => {
    const steps: string[][] = [];
    let page: Page | undefined;
    for (const tokens of [10, MANY]) {
      page = await opened(tokens);
      const began = performance.now();
      expect(await clientIn(page)('useToken', 'name')).toBe(200);
      const took = performance.now() - began;
      console.log(`${tokens} tokens: opened, and the first header sent, after ${took.toFixed(0)} ms`);
      steps.push(await asked(page));
    }
    const [few = [], many] = steps;
    expect(many).toEqual(few);
    expect(few.filter((step) => step === 'get a token')).toHaveLength(1);
    expect(few.length).toBeLessThan(10);
    if (page === undefined) throw new Error('no page');

    const call = clientIn(page);
    const { length } = few;
    expect(await call('countTokens', 1)).toBe(1);
    expect((await asked(page)).slice(length)).toEqual(['getAllKeys']);
    expect(await call('countTokens', MANY + 1)).toBe(MANY);
    const pages = (await asked(page)).slice(length + 1);
    expect(new Set(pages)).toEqual(new Set(['getAllKeys']));
    expect(pages.length).toBeGreaterThan(MANY / 500);
  }, 120_000);
});
