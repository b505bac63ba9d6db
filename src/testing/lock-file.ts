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
    try {
      // Unlike a file that is created and then written, it is never there without its content.
      linkSync(temporary, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const content = contentOf(path) ?? '';
      const pid = Number.parseInt(content, 10);
      // A process in a container that was started again has the id of the one before it.
      if (held.has(content) || (pid !== process.pid && isAlive(pid)))
        throw new Error(
          `Process ${pid} uses ${what}; end it first. If there is no such server any more, delete ${path}`,
        );
      renameSync(temporary, path);
    }
  } finally {
    rmSync(temporary, { force: true });
  }
  held.add(own);
  return () => {
    held.delete(own);
    if (contentOf(path) === own) rmSync(path, { force: true });
  };
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
  } catch {
    return undefined;
  }
}
