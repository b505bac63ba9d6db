/**
 * Storage in this process's memory: for tests, and for runtimes without a durable one.
 *
 * @module powerauth-wasm/storage/memory
 */

import { itself, knowItself } from '../util/instance.ts';
import { randomBytes } from '../util/random.ts';
import { wipe } from '../util/bytes.ts';
import { assertKey, assertPrefix, closedError, copyOfValue } from './driver/checks.ts';
import { Closing } from './driver/closing.ts';
import { heldStorage } from './driver/held.ts';
import { Listeners } from './driver/listeners.ts';
import { Turns } from './driver/turns.ts';
import { updateUntilDone, type Change } from './driver/updates.ts';
import { importSealingKey } from './sealing-key.ts';
import type {
  PowerAuthCryptoKey,
  PowerAuthStorage,
  PowerAuthStorageChange,
  PowerAuthStorageLock,
} from './types.ts';

type Listener = (change: PowerAuthStorageChange) => void;

/**
 * Records that several memory storages share, as processes share a file. They are lost with the last storage that uses
 * them.
 *
 * @example
 * ```ts
 * const space = new MemorySpace();
 * const [one, other] = [memoryStorage(space), memoryStorage(space)]; // as two processes
 * ```
 */
export class MemorySpace {
  /** @internal */
  readonly records = new Map<string, Uint8Array<ArrayBuffer>>();
  /** @internal */
  readonly locks = new Turns();
  /** @internal Updates of one record, one after another: within one process they needn't race. */
  readonly updates = new Turns();
  /** @internal Of each storage that has some. */
  readonly listeners = new Map<MemoryStorage, Listeners<PowerAuthStorageChange>>();
  #sealingKey: Promise<PowerAuthCryptoKey> | undefined;
  /** The key that will replace it. */
  #nextKey: Promise<PowerAuthCryptoKey> | undefined;

  /** @internal */
  constructor() {
    knowItself(this);
  }

  /** @internal Writes unconditionally; `owner` is not notified. */
  put(key: string, value: Uint8Array<ArrayBuffer> | undefined, owner: MemoryStorage): void {
    const before = this.records.get(key);
    if (value === undefined) this.records.delete(key);
    else this.records.set(key, value);
    wipe(before);
    if (before === undefined && value === undefined) return;
    for (const [storage, listeners] of this.listeners) if (storage !== owner) listeners.tell([key]);
  }

  /** @internal A key as short-lived as the records. */
  async sealingKey(): Promise<PowerAuthCryptoKey | readonly PowerAuthCryptoKey[]> {
    if (this.#sealingKey === undefined) {
      this.#sealingKey = newKey();
      // If the key couldn't be created (no WebCrypto), the next call tries again.
      this.#sealingKey.catch(() => (this.#sealingKey = undefined));
    }
    return this.#nextKey === undefined ? this.#sealingKey : Promise.all([this.#nextKey, this.#sealingKey]);
  }

  /** @internal See {@link PowerAuthStorage.replaceSealingKey}. */
  async replaceSealingKey(reseal: () => Promise<void>): Promise<void> {
    await this.sealingKey();
    this.#nextKey ??= newKey();
    await reseal();
    this.#sealingKey = this.#nextKey;
    this.#nextKey = undefined;
  }
}

async function newKey(): Promise<PowerAuthCryptoKey> {
  const bytes = randomBytes(32);
  return importSealingKey(bytes).finally(() => wipe(bytes));
}

class MemoryStorage implements PowerAuthStorage {
  readonly name = 'memory';
  readonly #space: MemorySpace;
  readonly #closing = new Closing();

  constructor(space: MemorySpace) {
    this.#space = space;
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertOpen();
    assertKey(key);
    return this.#space.records.get(key)?.slice();
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    this.#space.put(key, copyOfValue(value), this);
  }

  async delete(key: string): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    this.#space.put(key, undefined, this);
  }

  async *list(prefix: string): AsyncGenerator<string, void, undefined> {
    this.#assertOpen();
    assertPrefix(prefix);
    // A copy: otherwise a consumer that adds keys while it iterates would never reach the end.
    for (const key of [...this.#space.records.keys()]) {
      this.#assertOpen();
      if (key.startsWith(prefix) && this.#space.records.has(key)) yield key;
    }
  }

  async update(key: string, change: Change): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertOpen();
    assertKey(key);
    const pass = await this.#space.updates.take(key, this.#closing);
    try {
      const { records } = this.#space;
      const written = await updateUntilDone(
        change,
        () => records.get(key),
        (current, next) => {
          this.#assertOpen();
          // Each write creates a new array, so the same array means the same write.
          if (records.get(key) !== current) return false;
          this.#space.put(key, next, this);
          return true;
        },
      );
      return written?.slice();
    } finally {
      pass();
    }
  }

  async lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    this.#assertOpen();
    assertKey(name, 'lock name');
    const free = await this.#space.locks.take(name, this.#closing);
    const lost = new AbortController();
    const forget = this.#closing.onClose((reason) => {
      free();
      lost.abort(reason);
    });
    let ended = false;
    try {
      return await section({ signal: lost.signal, isHeld: async () => !ended && !lost.signal.aborted });
    } finally {
      ended = true;
      forget();
      free();
    }
  }

  subscribe(listener: Listener): () => void {
    this.#assertOpen();
    const { listeners } = this.#space;
    const own = listeners.get(this) ?? new Listeners<PowerAuthStorageChange>();
    listeners.set(this, own);
    const remove = own.add(listener);
    return () => {
      remove();
      if (own.size === 0 && listeners.get(this) === own) listeners.delete(this);
    };
  }

  async close(): Promise<void> {
    this.#closing.close(closedError(this.name));
    this.#space.listeners.get(this)?.clear();
    this.#space.listeners.delete(this);
  }

  async sealingKey(): Promise<PowerAuthCryptoKey | readonly PowerAuthCryptoKey[]> {
    this.#assertOpen();
    return this.#space.sealingKey();
  }

  async replaceSealingKey(reseal: () => Promise<void>): Promise<void> {
    this.#assertOpen();
    await this.#space.replaceSealingKey(reseal);
  }

  #assertOpen(): void {
    this.#closing.throwIfClosed();
  }
}

/**
 * A storage in memory. Nothing survives the process; overwritten and removed values are wiped.
 *
 * @param space what several storages share, as processes share a file; default: a new one
 * @returns a storage whose {@link PowerAuthStorage.sealingKey | default sealing key} lives as long as the records
 *
 * @example
 * ```ts
 * import { memoryStorage } from 'powerauth-wasm/storage/memory';
 *
 * const powerAuth = new PowerAuth('test');
 * await powerAuth.configure(configuration, undefined, undefined, { storage: memoryStorage() });
 * ```
 */
export function memoryStorage(space: MemorySpace = new MemorySpace()): PowerAuthStorage {
  return heldStorage(new MemoryStorage(itself(space)));
}
