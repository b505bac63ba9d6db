/**
 * The storage as one session uses it, until the session ends.
 *
 * @module
 */

import { PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthStorage, PowerAuthStorageChange, PowerAuthStorageLock } from '../storage/types.ts';
import type { Change } from '../storage/driver/updates.ts';
import { deconfigured } from '../util/abort.ts';
import { equalBytes, wipe } from '../util/bytes.ts';
import { codeOf, timed, type Tell } from '../util/insight.ts';
import { isInstance } from '../util/instance.ts';
import { inTime } from '../util/patience.ts';

/** The codes of a storage that is closed, or whose medium fails. */
const OF_STORAGES: readonly string[] = [
  PowerAuthErrorCode.INVALID_NATIVE_OBJECT,
  PowerAuthErrorCode.UNKNOWN_ERROR,
];

type Operation = 'get' | 'set' | 'delete' | 'update';

/** How long the end of a session waits for a storage that is writing, in ms: as long as a Redis answer may take. */
const LAST_WRITES_MS = 4000;

/**
 * When the session ends, writes in progress are completed, and so is work that was started with {@link uncut}.
 * Everything else ends with OPERATION_CANCELED, on the default storage and on the application's own. Once {@link close}
 * has resolved, this session changes nothing more.
 */
export class SessionStorage implements PowerAuthStorage {
  readonly name: string;
  readonly #storage: PowerAuthStorage;
  readonly #tell: Tell | undefined;
  readonly #ended: Pick<AbortSignal, 'aborted'>;
  /** Writes and uncut work in progress. */
  readonly #underWay = new Set<Promise<unknown>>();
  #uncut = 0;
  /** Called at the end: they abandon waits for locks. */
  readonly #waiting = new Set<() => void>();
  /** Called when everything is over: they abandon calls of a storage that hangs. */
  readonly #calls = new Set<() => void>();
  #isOver = false;

  /**
   * @param storage stays open: others may use it
   * @param ended aborted when the session ends
   * @param tell where operations are told
   */
  constructor(storage: PowerAuthStorage, ended: Pick<AbortSignal, 'aborted'>, tell?: Tell) {
    this.#tell = tell;
    this.name = storage.name;
    this.#storage = storage;
    this.#ended = ended;
  }

  /** Whether no call of it is in progress. */
  get isIdle(): boolean {
    return this.#underWay.size === 0 && this.#calls.size === 0;
  }

  /**
   * Does work of several steps that must not end half way. The end of the session waits for it, so it may only wait for
   * the storage.
   *
   * @throws OPERATION_CANCELED, and does nothing, after the end of the session
   */
  async uncut<T>(work: () => Promise<T>): Promise<T> {
    if (this.#ended.aborted) throw deconfigured();
    this.#uncut++;
    return this.#tracked(() => work().finally(() => this.#uncut--));
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#told('get', () => this.#explained(() => this.#storage.get(key)));
  }

  /** Resolves even if the storage reports a failure but has the value. */
  async set(key: string, value: Uint8Array): Promise<void> {
    await this.#forSure(
      'set',
      () => this.#storage.set(key, value),
      async () => {
        const stored = await this.#storage.get(key);
        const isSame = stored !== undefined && equalBytes(stored, value);
        wipe(stored);
        return isSame;
      },
    );
  }

  /** Resolves even if the storage reports a failure but has no such record. */
  async delete(key: string): Promise<void> {
    await this.#forSure(
      'delete',
      () => this.#storage.delete(key),
      async () => {
        const stored = await this.#storage.get(key);
        wipe(stored);
        return stored === undefined;
      },
    );
  }

  async *list(prefix: string): AsyncGenerator<string, void, undefined> {
    const keys = this.#storage.list(prefix)[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.#explained(() => keys.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  async update(key: string, change: Change): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const lastMinute: Change = (current) => {
      this.#throwIfEnded();
      return change(current);
    };
    return this.#told('update', () =>
      this.#tracked(() => this.#explained(() => this.#storage.update(key, lastMinute))),
    );
  }

  async lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    let running: Promise<T> | undefined;
    const tell = this.#tell;
    const began = tell === undefined ? 0 : performance.now();
    const held = async (): Promise<T> => {
      let stopWaiting = (): void => undefined;
      const ended = new Promise<never>((_, reject) => (stopWaiting = () => reject(deconfigured())));
      this.#waiting.add(stopWaiting);
      const locked = this.#storage.lock(name, async (lock) => {
        this.#waiting.delete(stopWaiting);
        // Its turn may come after the end, when nobody is waiting any more.
        if (this.#ended.aborted) throw deconfigured();
        const waited = performance.now() - began;
        tell?.('lock', 'lock obtained', () => ({ action: 'obtained' as const, waited }));
        running = section(lock);
        return await (tell === undefined ? running : toldIfLost(running, lock, waited, tell));
      });
      try {
        return await Promise.race([locked, ended]);
      } finally {
        this.#waiting.delete(stopWaiting);
      }
    };
    // A section ends when the calls that it waits for do; it may have finished its work.
    return this.#explained(held, () => running);
  }

  /**
   * Makes the storage discard overwritten and removed data, if it can. Never fails: the caller's work is done, and a
   * storage that can't do this now does it later.
   */
  async forget(): Promise<void> {
    const forget = this.#storage.forget?.bind(this.#storage);
    if (forget === undefined || this.#isOver) return;
    // The end of the session waits for this, too.
    await this.#tracked(() => this.#unlessOver(forget())).catch(() => undefined);
  }

  subscribe(listener: (change: PowerAuthStorageChange) => void): () => void {
    return this.#storage.subscribe(listener);
  }

  /** Call this once the signal is aborted. It waits no longer than 4 s for a storage that hangs. */
  async close(): Promise<void> {
    for (const stopWaiting of this.#waiting) stopWaiting();
    await this.#lastWrites();
    this.#isOver = true;
    for (const giveUp of this.#calls) giveUp();
  }

  async #lastWrites(): Promise<void> {
    const done = async (): Promise<void> => {
      while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    };
    if (this.#underWay.size === 0) return;
    await inTime(done(), LAST_WRITES_MS, deconfigured).catch(() => undefined);
  }

  #throwIfEnded(): void {
    if (this.#isOver || (this.#ended.aborted && this.#uncut === 0)) throw deconfigured();
  }

  async #told<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    return timed(
      this.#tell,
      'storage',
      (duration, error) => ({ operation, duration, ...codeOf(error) }),
      work,
    );
  }

  async #forSure(
    operation: Operation,
    write: () => Promise<void>,
    isDone: () => Promise<boolean>,
  ): Promise<void> {
    const done = async (): Promise<void> => {
      try {
        await write();
      } catch (error) {
        if (!(await isDone().catch(() => false))) throw error;
      }
    };
    await this.#told(operation, () => this.#tracked(() => this.#explained(done)));
  }

  async #tracked<T>(work: () => Promise<T>): Promise<T> {
    let settle = (): void => undefined;
    const underWay = new Promise<void>((resolve) => (settle = resolve));
    // Added before the work, which may end the session at once.
    this.#underWay.add(underWay);
    try {
      return await work();
    } finally {
      this.#underWay.delete(underWay);
      settle();
    }
  }

  async #explained<T>(call: () => Promise<T>, running?: () => Promise<T> | undefined): Promise<T> {
    this.#throwIfEnded();
    try {
      return await this.#unlessOver(call(), running);
    } catch (error) {
      const isOfStorage = !isInstance(error, PowerAuthError) || OF_STORAGES.includes(error.code);
      if (!this.#ended.aborted || !isOfStorage) throw error;
      throw deconfigured(error);
    }
  }

  /**
   * The outcome of the storage's call. If it hangs, nobody waits for it after the end, and the process is not kept
   * alive.
   *
   * @param running what to wait for instead then, if given
   */
  #unlessOver<T>(pending: Promise<T>, running?: () => Promise<T> | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let isAbandoned = false;
      const giveUp = (): void => {
        this.#calls.delete(giveUp);
        const instead = running?.();
        isAbandoned = instead === undefined;
        if (instead === undefined) reject(deconfigured());
        else resolve(instead);
      };
      this.#calls.add(giveUp);
      pending.then(
        (value) => {
          this.#calls.delete(giveUp);
          // Nobody reads a value that arrives after all, and it may be a secret.
          if (isAbandoned && value instanceof Uint8Array) wipe(value);
          resolve(value);
        },
        (error: unknown) => {
          this.#calls.delete(giveUp);
          // Passed on unchanged.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(error);
        },
      );
    });
  }
}

/** Settles as `section` does. */
async function toldIfLost<T>(
  section: Promise<T>,
  { signal }: PowerAuthStorageLock,
  waited: number,
  tell: Tell,
): Promise<T> {
  const lost = (): void => tell('lock', 'lock lost', () => ({ action: 'lost' as const, waited }));
  signal.addEventListener('abort', lost);
  try {
    return await section;
  } finally {
    signal.removeEventListener('abort', lost);
  }
}
