/** The moments of a call: each at which it waits for something, before and after what it waits for. */

import { onTestFinished, vi } from 'vitest';
import * as platformCrypto from '#crypto';
import type { PowerAuthBiometryProvider, PowerAuthStorage } from '../../src/index.ts';
import { storageLike } from './storage.ts';

/** Counts moments, and does something at one of them. */
export class Moments {
  /** Names of those that have passed. */
  readonly passed: string[] = [];
  #at = 0;
  #act = (): void => undefined;

  /** Begins to count; `act` is done at the moment of number `at`, if there is one, and may throw. */
  begin(at = 0, act = (): void => undefined): void {
    this.passed.length = 0;
    this.#at = at;
    this.#act = act;
  }

  /** A moment; goes on when what was done has come as far as it can. */
  readonly pass = async (name: string): Promise<void> => {
    this.passed.push(name);
    if (this.passed.length !== this.#at) return;
    this.#act();
    await new Promise((resolve) => setImmediate(resolve));
  };

  /** Does `work` between two moments. */
  async around<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.pass(`before ${name}`);
    const result = await work();
    await this.pass(`after ${name}`);
    return result;
  }

  /** The same storage, with moments. */
  storage(base: PowerAuthStorage): PowerAuthStorage {
    const { pass } = this;
    const around: Moments['around'] = (name, work) => this.around(name, work);
    return storageLike(base, {
      get: (key) => around('get', () => base.get(key)),
      set: (key, value) => {
        const copy = value.slice();
        return around('set', () => base.set(key, copy));
      },
      delete: (key) => around('delete', () => base.delete(key)),
      async *list(prefix) {
        const keys = base.list(prefix)[Symbol.asyncIterator]();
        for (;;) {
          const next = await around('list', () => keys.next() as Promise<IteratorResult<string, undefined>>);
          if (next.done === true) return;
          yield next.value;
        }
      },
      update: (key, change) =>
        around('update', () =>
          base.update(key, async (current) => {
            await pass('change of an update begins');
            const changed = await change(current);
            await pass('change of an update ends');
            return changed;
          }),
        ),
      lock: (name, section) =>
        around('lock', () => base.lock(name, (lock) => around('section', () => section(lock)))),
      ...(base.sealingKey === undefined ? {} : { sealingKey: base.sealingKey.bind(base) }),
    });
  }

  /** The same provider, with moments. */
  provider(base: PowerAuthBiometryProvider): PowerAuthBiometryProvider {
    return {
      name: base.name,
      info: () => this.around('info', async () => base.info()),
      create: (request) => this.around('create', async () => base.create(request)),
      authenticate: (descriptor, request) =>
        this.around('authenticate', async () => base.authenticate(descriptor, request)),
      remove: (descriptor) => this.around('remove', async () => base.remove(descriptor)),
    };
  }

  /** `fetch`, with moments. */
  readonly fetch: typeof fetch = async (input, init) => this.around('fetch', () => fetch(input, init));

  /**
   * Gives the package's cryptography moments until the test is over: of each call that takes its time one, between the
   * reading of its arguments and its result.
   */
  watchCrypto(): void {
    for (const [name, original] of Object.entries<(...args: never[]) => unknown>({ ...platformCrypto })) {
      const spy = vi.spyOn(platformCrypto, name as keyof typeof platformCrypto);
      spy.mockImplementation((...args: unknown[]) => {
        const result: unknown = Reflect.apply(original, undefined, args);
        if (!(result instanceof Promise)) return result as never;
        return Promise.all([result, this.pass(name)]).then(([value]: unknown[]) => value) as never;
      });
      onTestFinished(() => spy.mockRestore());
    }
  }
}

/** Whether something of a storage may fail at this moment. */
export function isOfStorage(moment: string): boolean {
  return /^(?:before|after) (?:get|set|delete|list|update)$/.test(moment);
}
