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

import { close, fdatasync, open } from 'node:fs';
import { promisify } from 'node:util';

const openFile = promisify(open);
const syncFile = promisify(fdatasync);
const closeFile = promisify(close);

/** The log of an open store. */
export class WriteAheadLog {
  readonly #descriptor: number;
  readonly #mend: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #isSuspect = false;

  private constructor(descriptor: number, mend: () => Promise<void>) {
    this.#descriptor = descriptor;
    this.#mend = mend;
  }

  /**
   * @param path of the database, which a connection has read from
   * @param mend copies all commits into the database and begins the log anew, or rejects
   */
  static async open(path: string, mend: () => Promise<void>): Promise<WriteAheadLog> {
    // Windows synchronises only what is open for writing.
    const descriptor = await openFile(`${path}-wal`, process.platform === 'win32' ? 'r+' : 'r');
    return new WriteAheadLog(descriptor, mend);
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
    await closeFile(this.#descriptor);
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
      await syncFile(this.#descriptor);
      this.#isSuspect = false;
    } catch (error) {
      this.#isSuspect = true;
      throw error;
    }
  }
}
