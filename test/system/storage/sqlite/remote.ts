/**
 * Storages that are used here and work in another thread, process, namespace or user's process, so that a suite for objects
 * of one process can be run over all of them.
 */
import { fork, type Serializable } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PowerAuthStorage, PowerAuthStorageChange } from '../../../../src/index.ts';
import { assertKey, assertPrefix, closedError } from '../../../../src/storage/driver/checks.ts';
import { buildChild } from '../../../helpers/child.ts';
import { Wire } from './remote-wire.ts';

const script = (): Promise<string> => buildChild(new URL('./remote-child.ts', import.meta.url));

interface Section {
  readonly run: (section: number) => Promise<void>;
  readonly abort: (reason: { code: unknown; message: string }) => void;
}

/** Another thread or process. */
export class Remote {
  readonly end: () => Promise<void>;
  readonly #wire: Wire;
  readonly #changes = new Map<number, (current: Uint8Array<ArrayBuffer> | undefined) => Promise<unknown>>();
  readonly #sections = new Map<number, Section>();
  readonly #listeners = new Map<number, (change: PowerAuthStorageChange) => void>();
  #ids = 0;

  private constructor(
    send: (message: unknown) => void,
    listen: (receive: (message: unknown) => void) => void,
    end: () => Promise<void>,
  ) {
    this.end = end;
    const calls = {
      change: async (id: number, current: Uint8Array<ArrayBuffer> | undefined) =>
        this.#changes.get(id)?.(current),
      section: async (id: number) => this.#sections.get(id)?.run(id),
      abort: async (id: number, reason: { code: unknown; message: string }) =>
        this.#sections.get(id)?.abort(reason),
      notice: async (id: number, change: PowerAuthStorageChange) => this.#listeners.get(id)?.(change),
    };
    this.#wire = new Wire(send, listen, async (name, args) => {
      const all: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = calls;
      return all[name]?.(...args);
    });
  }

  static async thread(): Promise<Remote> {
    const worker = new Worker(await script());
    return new Remote(
      (message) => worker.postMessage(message),
      (receive) => worker.on('message', receive),
      async () => {
        await worker.terminate();
      },
    );
  }

  /** @param under a command that runs Node */
  static async process(under: readonly string[] = []): Promise<Remote> {
    const [execPath, ...execArgv] = [...under, process.execPath];
    const child = fork(await script(), { serialization: 'advanced', execPath, execArgv });
    return new Remote(
      (message) => child.send(message as Serializable),
      (receive) => child.on('message', receive),
      async () => {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      },
    );
  }

  identity(): Promise<unknown> {
    return this.#wire.call('identity');
  }

  async open(path: string): Promise<PowerAuthStorage> {
    const id = ++this.#ids;
    const wire = this.#wire;
    await wire.call('open', id, path);
    let isClosed = false;
    const listeners = new Set<(change: PowerAuthStorageChange) => void>();
    const hear = (change: PowerAuthStorageChange): void => {
      for (const listener of listeners) listener(change);
    };
    return {
      name: 'sqlite',
      get: (key) => this.#call('get', id, key),
      set: (key, value) => this.#call('set', id, key, value),
      delete: (key) => this.#call('delete', id, key),
      update: (key, change) => this.#update(id, key, change),
      lock: (name, section) => this.#lock(id, name, section),
      list: (prefix) => this.#list(id, prefix),
      subscribe: (listener) => {
        if (isClosed) throw closedError('sqlite');
        // One for all, so that all are told in one moment, as they are in one thread.
        if (!this.#listeners.has(id)) {
          this.#listeners.set(id, hear);
          void wire.call('subscribe', id);
        }
        const own = (change: PowerAuthStorageChange): void => listener(change);
        listeners.add(own);
        return () => void listeners.delete(own);
      },
      forget: async () => {
        await wire.call('forget', id);
      },
      close: async () => {
        isClosed = true;
        await wire.call('close', id);
      },
    };
  }

  /** What can't travel is no key either. */
  async #call(name: string, id: number, key: string, ...args: unknown[]): Promise<never> {
    assertKey(key);
    return (await this.#wire.call(name, id, key, ...args)) as never;
  }

  async #update(
    id: number,
    key: string,
    change: Parameters<PowerAuthStorage['update']>[1],
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const own = ++this.#ids;
    this.#changes.set(own, async (current) => change(current));
    try {
      return await this.#call('update', id, key, own);
    } finally {
      this.#changes.delete(own);
    }
  }

  async #lock<T>(id: number, name: string, section: Parameters<PowerAuthStorage['lock']>[1]): Promise<T> {
    const own = ++this.#ids;
    const lost = new AbortController();
    let result: unknown;
    const isHeld = async (): Promise<boolean> => (await this.#wire.call('isHeld', own)) as boolean;
    this.#sections.set(own, {
      run: async () => void (result = await section({ signal: lost.signal, isHeld })),
      abort: ({ code, message }) => lost.abort(Object.assign(new Error(message), { code })),
    });
    await this.#call('lock', id, name, own);
    return result as T;
  }

  async *#list(id: number, prefix: string): AsyncGenerator<string, void, undefined> {
    assertPrefix(prefix);
    const list = ++this.#ids;
    await this.#wire.call('list', id, list, prefix);
    for (;;) {
      const next = (await this.#wire.call('next', list)) as IteratorResult<string, undefined>;
      if (next.done === true) return;
      yield next.value;
    }
  }
}

/** A storage each of whose calls is made in the next one of several places; notices come from the first. */
export async function spread(remotes: readonly Remote[], path: string): Promise<PowerAuthStorage> {
  const storages = await Promise.all(remotes.map((remote) => remote.open(path)));
  const [first] = storages;
  if (first === undefined) throw new Error('no place to spread over');
  let calls = 0;
  const next = (): PowerAuthStorage => storages[calls++ % storages.length] ?? first;
  return {
    name: 'sqlite',
    get: (key) => next().get(key),
    set: (key, value) => next().set(key, value),
    delete: (key) => next().delete(key),
    list: (prefix) => next().list(prefix),
    update: (key, change) => next().update(key, change),
    lock: (name, section) => next().lock(name, section),
    subscribe: (listener) => first.subscribe(listener),
    forget: async () => next().forget?.(),
    close: async () => {
      await Promise.all(storages.map((storage) => storage.close()));
    },
  };
}
