/** A storage of a page, used from the test as if it were its own: what is between two of its calls is up to the test. */

import type { Page } from 'playwright-core';
import { failure, type PowerAuthErrorCode } from '../../src/errors.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';
import type { powerAuthPage as PowerAuthPage } from '../system/storage/pages/driver.ts';

/** What goes to the page. */
interface Call {
  readonly method: 'get' | 'set' | 'delete' | 'list' | 'update' | 'lock' | 'close';
  readonly key?: string;
  readonly value?: readonly number[];
  /** Of what the page calls back. */
  readonly id?: string;
}

/** What comes back of a call, either way. */
interface Outcome {
  readonly value?: readonly (number | string)[] | undefined;
  readonly failed?: { readonly code: PowerAuthErrorCode | undefined; readonly message: string };
}

declare const powerAuthPage: typeof PowerAuthPage;
declare const callTest: (id: string, value?: readonly number[]) => Promise<Outcome>;

const numbers = (bytes: Uint8Array | undefined) => bytes && [...bytes];
const bytes = (value: Outcome['value']) => value && Uint8Array.from(value as readonly number[]);

/** Runs in the page. */
async function callInPage(
  storage: PowerAuthStorage,
  { method, key = '', value, id = '' }: Call,
): Promise<Outcome> {
  const numbers = (bytes: Uint8Array | undefined) => bytes && [...bytes];
  const back = async (argument?: readonly number[]): Promise<Outcome['value']> => {
    const { value, failed } = await callTest(id, argument);
    if (failed !== undefined) throw new Error(failed.message);
    return value;
  };
  try {
    if (method === 'get') return { value: numbers(await storage.get(key)) };
    if (method === 'update') {
      const updated = await storage.update(key, async (current) => {
        const next = await back(numbers(current));
        return next && Uint8Array.from(next as number[]);
      });
      return { value: numbers(updated) };
    }
    if (method === 'list') {
      const keys: string[] = [];
      for await (const found of storage.list(key)) keys.push(found);
      return { value: keys };
    }
    if (method === 'set') await storage.set(key, Uint8Array.from(value ?? []));
    else if (method === 'delete') await storage.delete(key);
    else if (method === 'close') await storage.close();
    else {
      await storage.lock(key, async ({ signal }) => {
        signal.addEventListener('abort', () => void callTest(`lost ${id}`));
        await back();
      });
    }
    return {};
  } catch (error) {
    const { code, message } = error as Error & { code?: PowerAuthErrorCode };
    return { failed: { code, message } };
  }
}

/**
 * @param page loads `test/system/storage/pages/driver.ts`
 * @returns opens a storage in IndexedDB, by the name of its database; nobody is told of changes
 */
export async function storagesOf(page: Page): Promise<(name: string) => PowerAuthStorage> {
  const callbacks = new Map<string, (value?: readonly number[]) => Promise<Outcome>>();
  let count = 0;
  await page.exposeFunction('callTest', async (id: string, value?: readonly number[]) =>
    callbacks.get(id)?.(value),
  );

  return (name) => {
    const opened = page.evaluateHandle((name) => powerAuthPage.localforageStorage({ name }), name);
    const call = async (sent: Call): Promise<Outcome['value']> => {
      const { value, failed } = await (await opened).evaluate(callInPage, sent);
      if (failed === undefined) return value;
      throw failed.code === undefined ? new Error(failed.message) : failure(failed.code, failed.message);
    };
    /** A call that calls back; what that throws is what the call rejects with. */
    const callWith = async (
      sent: Call,
      work: (value?: readonly number[]) => Promise<readonly number[] | undefined>,
      lost = (): void => undefined,
    ): Promise<Outcome['value']> => {
      const id = `${++count}`;
      let thrown: { readonly error: unknown } | undefined;
      callbacks.set(id, async (value) => {
        thrown = undefined;
        try {
          return { value: await work(value) };
        } catch (error) {
          thrown = { error };
          return { failed: { code: undefined, message: 'thrown in the test' } };
        }
      });
      callbacks.set(`lost ${id}`, async () => {
        lost();
        return {};
      });
      try {
        return await call({ ...sent, id });
      } catch (error) {
        throw thrown === undefined ? error : thrown.error;
      } finally {
        callbacks.delete(id);
        callbacks.delete(`lost ${id}`);
      }
    };
    return {
      name: 'localforage in a page',
      get: async (key) => bytes(await call({ method: 'get', key })),
      set: async (key, value) => {
        await call({ method: 'set', key, value: [...value] });
      },
      delete: async (key) => {
        await call({ method: 'delete', key });
      },
      async *list(prefix) {
        for (const key of (await call({ method: 'list', key: prefix })) ?? []) yield key as string;
      },
      update: async (key, change) =>
        bytes(
          await callWith({ method: 'update', key }, async (current) => numbers(await change(bytes(current)))),
        ),
      lock: async (name, section) => {
        const lost = new AbortController();
        let result: { readonly value: Awaited<ReturnType<typeof section>> } | undefined;
        const run = async (): Promise<undefined> => {
          result = { value: await section({ signal: lost.signal }) };
        };
        await callWith({ method: 'lock', key: name }, run, () => lost.abort());
        if (result === undefined) throw new Error('the section did not run');
        return result.value;
      },
      subscribe: () => () => undefined,
      close: async () => {
        await call({ method: 'close' });
        await (await opened).dispose();
      },
    };
  };
}
