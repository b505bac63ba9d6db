/**
 * Makes commits durable without blocking the thread.
 *
 * SQLite appends commits to the `-wal` file and, with `synchronous = NORMAL`, leaves them to the operating system. So
 * each commit is followed by an `fdatasync` of that file in Node's thread pool, one for everything that was committed
 * before it begins. It covers what a commit needs even if others continue in the meantime:
 *
 * - The log is read from its beginning, so commits become durable in their order: everything that a commit is based on
 *   is on the disk with it, including commits of others that they haven't synchronised yet.
 * - A checkpoint synchronises the log before it copies pages, and the database before the log may start over; a commit
 *   that is no longer in the log is durable in the database.
 * - The file keeps its name and inode while a connection is open, and this thread has one: SQLite removes it only after
 *   the last connection. Its name in the folder was synchronised when the store was opened.
 * - The `-wal` file carries none of SQLite's locks, unlike the database and `-shm`, which must never be opened here.
 *
 * @module
 */

import { open, type FileHandle } from 'node:fs/promises';

/**
 * How many synchronisations run at once: a commit made while one runs needn't wait for its end. Each has a separate
 * descriptor, because the system reports a failed write once to each descriptor. They are wrapped in handles, because
 * Node's permission model forbids `fdatasync` on bare descriptors.
 */
const AT_ONCE = 2;

/** The log of an open store. */
export class WriteAheadLog {
  readonly #handles: readonly FileHandle[];
  readonly #free: FileHandle[];
  readonly #mend: () => Promise<void>;
  readonly #assertPresent: () => void;
  readonly #running = new Set<Promise<void>>();
  /** Covers the last commit of this thread; it may have started. */
  #last: Promise<void> | undefined;
  /** Not started yet, because others run. */
  #waiting: { readonly promise: Promise<void>; readonly tryToBegin: () => void } | undefined;
  /** The last failure, until all commits have been saved from it. */
  #failure: { readonly reason: unknown } | undefined;

  private constructor(handles: readonly FileHandle[], mend: () => Promise<void>, assertPresent: () => void) {
    this.#handles = handles;
    this.#free = [...handles];
    this.#mend = mend;
    this.#assertPresent = assertPresent;
  }

  /**
   * @param path of the database, which a connection has read from
   * @param mend copies all commits into the database and starts the log over, or rejects
   * @param assertPresent throws if the files are no longer those that others find at the path
   */
  static async open(
    path: string,
    mend: () => Promise<void>,
    assertPresent: () => void,
  ): Promise<WriteAheadLog> {
    const handles: FileHandle[] = [];
    try {
      // Windows synchronises only what is open for writing.
      const flags = process.platform === 'win32' ? 'r+' : 'r';
      while (handles.length < AT_ONCE) handles.push(await open(`${path}-wal`, flags));
    } catch (error) {
      await Promise.all(handles.map((handle) => handle.close()));
      throw error;
    }
    return new WriteAheadLog(handles, mend, assertPresent);
  }

  /** Call this after each commit. */
  committed(): void {
    this.#last = this.#waiting?.promise;
  }

  /** Resolves when everything that was committed before the call is on the disk. */
  flush(): Promise<void> {
    this.#last ??= this.#begin() ?? this.#wait();
    return this.#last;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#running, this.#waiting?.promise]);
    await Promise.all(this.#handles.map((handle) => handle.close()));
  }

  /** Undefined if it has to wait for others. */
  #begin(): Promise<void> | undefined {
    // After a failure, while commits have to be saved, one at a time.
    if (this.#failure !== undefined && this.#running.size > 0) return undefined;
    const handle = this.#free.pop();
    if (handle === undefined) return undefined;
    this.#waiting = undefined;
    const running = this.#sync(handle).finally(() => {
      this.#running.delete(running);
      this.#waiting?.tryToBegin();
    });
    this.#running.add(running);
    return running;
  }

  #wait(): Promise<void> {
    let tryToBegin = (): void => undefined;
    const promise = new Promise<void>((resolve) => {
      tryToBegin = () => {
        const running = this.#begin();
        if (running !== undefined) resolve(running);
      };
    });
    this.#waiting = { promise, tryToBegin };
    return promise;
  }

  /**
   * After a failure the system may count as written what never reached the disk, and a hole in the log hides everything
   * after it. So all synchronisations in progress fail as well, and nothing is acknowledged again until all commits are
   * in the database.
   */
  async #sync(handle: FileHandle): Promise<void> {
    try {
      if (this.#failure !== undefined) await this.#save();
      await handle.datasync();
    } catch (reason) {
      this.#failure = { reason };
    } finally {
      this.#free.push(handle);
    }
    if (this.#failure === undefined) {
      this.#assertPresent();
      return;
    }
    // A further call requests another attempt.
    this.#last = this.#waiting?.promise;
    throw this.#failure.reason;
  }

  async #save(): Promise<void> {
    // Some descriptors haven't yet reported the failure that is handled here.
    await Promise.allSettled(this.#handles.map((handle) => handle.datasync()));
    await this.#mend();
    this.#failure = undefined;
  }
}
