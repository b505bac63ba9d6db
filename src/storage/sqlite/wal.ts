/**
 * Makes commits durable without blocking the thread.
 *
 * SQLite appends commits to the `-wal` file and, with `synchronous = NORMAL`, leaves them to the operating system. So each
 * commit is followed by an `fdatasync` of that file in Node's thread pool, one for all that was committed before it begins.
 * It covers what a commit needs even if others go on meanwhile:
 *
 * - A checkpoint synchronises the log before it copies pages, and the database before the log may begin anew; a commit
 *   that is no longer in the log is durable in the database.
 * - The file keeps its name and inode while a connection is open, and this thread has one: SQLite removes it only with the
 *   last connection. Its name in the folder was synchronised when the store was opened.
 * - The `-wal` file carries none of SQLite's locks, unlike the database and `-shm`, which must never be opened here.
 *
 * @module
 */

import { open, type FileHandle } from 'node:fs/promises';

/** The log of an open store. */
export class WriteAheadLog {
  /** Not a descriptor: Node's permission model forbids `fdatasync` on those. */
  readonly #handle: FileHandle;
  readonly #mend: () => Promise<void>;
  readonly #assertPresent: () => void;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #isSuspect = false;

  private constructor(handle: FileHandle, mend: () => Promise<void>, assertPresent: () => void) {
    this.#handle = handle;
    this.#mend = mend;
    this.#assertPresent = assertPresent;
  }

  /**
   * @param path of the database, which a connection has read from
   * @param mend copies all commits into the database and begins the log anew, or rejects
   * @param assertPresent throws when the files are no longer those that others find at the path
   */
  static async open(
    path: string,
    mend: () => Promise<void>,
    assertPresent: () => void,
  ): Promise<WriteAheadLog> {
    // Windows synchronises only what is open for writing.
    const handle = await open(`${path}-wal`, process.platform === 'win32' ? 'r+' : 'r');
    return new WriteAheadLog(handle, mend, assertPresent);
  }

  /** Resolved when all that was committed before the call is on the disk. */
  flush(): Promise<void> {
    // The one that runs may have begun before the commit.
    this.#next ??= (this.#running ?? Promise.resolve()).then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#running, this.#next]);
    await this.#handle.close();
  }

  #start(): Promise<void> {
    this.#next = undefined;
    this.#running = this.#sync();
    return this.#running;
  }

  /**
   * After a failure the system may count as written what never reached the disk, and a hole in the log hides all that comes
   * after it. So nothing is acknowledged again before all commits are in the database.
   */
  async #sync(): Promise<void> {
    try {
      if (this.#isSuspect) await this.#mend();
      await this.#handle.datasync();
      this.#isSuspect = false;
    } catch (error) {
      this.#isSuspect = true;
      throw error;
    }
    this.#assertPresent();
  }
}
