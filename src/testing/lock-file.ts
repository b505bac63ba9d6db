/**
 * A file that says which process uses something.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** What this process has written into locks that it still has. */
const held = new Set<string>();

/**
 * Takes the lock, also from a process that has died.
 *
 * @param what is locked, for the message
 * @returns gives it back
 * @throws Error that names the process that has it
 */
export function lockFile(path: string, what: string): () => void {
  const own = `${process.pid} ${randomUUID()}\n`;
  const temporary = `${path}.${randomUUID()}`;
  writeFileSync(temporary, own, { mode: 0o600, flag: 'wx' });
  try {
    if (!isCreated(temporary, path)) takeOver(temporary, path, what);
  } finally {
    rmSync(temporary, { force: true });
  }
  held.add(own);
  return () => {
    held.delete(own);
    if (contentOf(path) === own) rmSync(path, { force: true });
  };
}

/** Unlike a file that is created and then written, it is never there without its content. */
function isCreated(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

function takeOver(temporary: string, path: string, what: string): void {
  if (isLeftOver(path, what)) {
    // Several processes may see that it was left over. One at a time goes on, and looks again.
    const release = lockFile(`${path}.takeover`, what);
    try {
      if (isLeftOver(path, what)) {
        renameSync(temporary, path);
        return;
      }
    } finally {
      release();
    }
  }
  // It was given back in between.
  if (!isCreated(temporary, path)) takeOver(temporary, path, what);
}

/** Whether a lock is there, of a process that has died. @throws Error that names the process that has it */
function isLeftOver(path: string, what: string): boolean {
  const content = contentOf(path);
  if (content === undefined) return false;
  const pid = Number.parseInt(content, 10);
  // A process in a container that was started again has the id of the one before it.
  if (held.has(content) || (pid !== process.pid && isAlive(pid)))
    throw new Error(
      `Process ${pid} uses ${what}; end it first. If there is no such server any more, delete ${path}`,
    );
  return true;
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}
