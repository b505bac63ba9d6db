/**
 * Files that users name.
 *
 * @module
 */

import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { PowerAuthError } from '../errors.ts';
import { Interrupted, unlessInterrupted, usage } from './failures.ts';

/** What can be read without waiting for another program; a descriptor is one that the shell has opened, as `<(…)` does. */
const READABLE = /^\/dev\/(?:null|stdin|fd\/\d+)$|^\/proc\/self\/fd\/\d+$/;

/** Refuses a pipe and the like: opening one waits for its other end, and no signal ends that. */
function assertReadable(option: string, path: string, stats: Stats): void {
  if (stats.isFile() || stats.isDirectory() || READABLE.test(path)) return;
  throw usage(`${option}: expected a file, got something else at ${path}`);
}

/** A file that an option names. */
export interface NamedFile {
  readonly option: string;
  readonly path: string;
  /** Ends the wait for the other end of a pipe. */
  readonly signal: AbortSignal;
  /** Refuses a file by what it is. */
  readonly check?: (stats: Stats) => void;
}

/**
 * The content of a file.
 *
 * @throws WRONG_PARAMETER that names the option, the file and the reason; Interrupted
 */
export async function readNamed({ option, path, signal, check }: NamedFile): Promise<Buffer> {
  try {
    const stats = await stat(path);
    assertReadable(option, path, stats);
    check?.(stats);
    return await unlessInterrupted(readFile(path), signal);
  } catch (error) {
    if (error instanceof PowerAuthError || error instanceof Interrupted) throw error;
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw usage(`${option}: cannot read ${path} (${code})`);
  }
}

/**
 * The text of a file, without the mark that editors and shells of Windows put at its beginning.
 *
 * @throws WRONG_PARAMETER as {@link readNamed} does, and for text that is not UTF-8: names in it would be other names
 */
export async function readNamedText(file: NamedFile): Promise<string> {
  const bytes = await readNamed(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw usage(`${file.option}: expected text in UTF-8 at ${file.path}, got another encoding`);
  }
}
