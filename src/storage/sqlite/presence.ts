/**
 * Checks that an open store is still the one that its path leads to. The system keeps writing to a file that was
 * deleted, moved or replaced, and SQLite doesn't notice; anybody who opens the path in the meantime uses another store.
 *
 * @module
 */

import { statSync } from 'node:fs';
import { failure, PowerAuthErrorCode } from '../../errors.ts';
import { fileFailure } from '../node/file-failure.ts';
import { now } from './clock.ts';

/** How old the last check may be if no promise depends on it, in ms. A new check takes microseconds. */
const RECENT_MS = 10;

/** The files of an open store. */
export class Presence {
  readonly #folder: string;
  /** The file that each path led to, the database's first. */
  readonly #files: readonly (readonly [path: string, identity: string])[];
  #seenAt = now();

  /** @param file the database, which a connection has read from */
  constructor(folder: string, file: string) {
    this.#folder = folder;
    this.#files = [file, `${file}-wal`, `${file}-shm`].flatMap((path) => {
      const identity = identityOf(path);
      return identity === undefined ? [] : [[path, identity] as const];
    });
  }

  /**
   * Checks the database, and the other files unless that was done a moment ago: they are usually taken away together.
   *
   * @throws UNKNOWN_ERROR if one of the files is no longer there
   */
  assert(): void {
    const at = now();
    const isRecent = at - this.#seenAt <= RECENT_MS;
    try {
      for (const [path, identity] of isRecent ? this.#files.slice(0, 1) : this.#files) {
        if (identityOf(path) !== identity) throw this.#goneError(path);
      }
    } catch (error) {
      throw fileFailure('use sqlite storage', this.#folder, error);
    }
    if (!isRecent) this.#seenAt = at;
  }

  /** The same, unless the last check was at most `ms` ago. */
  assertRecently(ms = RECENT_MS): void {
    if (now() - this.#seenAt > ms) this.assert();
  }

  #goneError(path: string): Error {
    return failure(
      PowerAuthErrorCode.UNKNOWN_ERROR,
      `Cannot use sqlite storage ${this.#folder}: ${path} was deleted, moved or replaced while it was in use; put it back, or create a new storage to continue with what is there`,
    );
  }
}

/** Undefined if there is no file. */
function identityOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}
