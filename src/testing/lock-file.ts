/**
 * A file that says which process uses something.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Takes the lock, also from a process that has died.
 *
 * @param what is locked, for the message
 * @returns gives it back
 * @throws Error that names the process that has it
 */
export function lockFile(path: string, what: string): () => void {
  const own = `${process.pid} ${startOf(process.pid)} ${randomUUID()}\n`;
  const temporary = `${path}.${randomUUID()}`;
  writeFileSync(temporary, own, { mode: 0o600, flag: 'wx' });
  try {
    if (!isNew(temporary, path)) takeOver(temporary, path, what);
  } finally {
    rmSync(temporary, { force: true });
  }
  return () => {
    if (contentOf(path) === own) rmSync(path, { force: true });
  };
}

/** Gives a file the name of the lock, unless there is one. */
function isNew(temporary: string, path: string): boolean {
  try {
    // Unlike a file that is created and then written, it is never there without its content.
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Replaces the lock of a process that has died. */
function takeOver(temporary: string, path: string, what: string): void {
  assertDead(path, what);
  // Of several that find the same dead process, one at a time goes on. Each looks again, so that it replaces no lock but
  // that of the dead one.
  const release = lockFile(`${path}.next`, what);
  try {
    while (!isNew(temporary, path)) {
      if (!assertDead(path, what)) continue;
      renameSync(temporary, path);
      return;
    }
  } finally {
    release();
  }
}

/**
 * Returns whether there is a lock, of a process that has died.
 *
 * @throws Error if the process lives
 */
function assertDead(path: string, what: string): boolean {
  const content = contentOf(path);
  if (content === undefined) return false;
  const [pid = '', start = ''] = content.split(' ');
  if (isAlive(Number.parseInt(pid, 10), start))
    throw new Error(
      `Process ${pid} uses ${what}; end it first. If there is no such server any more, delete ${path}`,
    );
  return true;
}

function isAlive(pid: number, start: string): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return now === UNKNOWN || start === UNKNOWN || now === start;
}

/** When nobody tells. */
const UNKNOWN = '-';

/**
 * When a process was started. Ids are given again: a process in a container that was started again has that of the one
 * before it.
 */
function startOf(pid: number): string {
  let stat: string;
  try {
    // Only Linux has this file.
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return UNKNOWN;
  }
  // The second field is a name in brackets, which may contain anything.
  return stat.replace(/^.*\) /s, '').split(' ')[19] ?? UNKNOWN;
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}
