/**
 * Codes and passwords: from a private file, from stdin, or from a prompt that shows nothing of them. Never from an
 * argument or a variable, which other programs can read.
 *
 * @module
 */

import { readFile, realpath } from 'node:fs/promises';
import { PowerAuthError } from '../errors.ts';
import { openPrivateFile } from '../storage/node/private-files.ts';
import { Interrupted, unlessInterrupted, usage } from './failures.ts';
import { isInteractive, type Io } from './io.ts';
import type { Question } from './prompts.ts';
import { isStdin, type Stdin } from './stdin.ts';

/** A descriptor that the shell has opened for this process, as `<(…)` does. */
const DESCRIPTOR = /^\/(?:dev\/fd|proc\/self\/fd)\/\d+$/;

/** A secret that a command needs. One that is optional is asked for only without a file. */
export interface Secret extends Question {
  /** The option that names a file. */
  readonly option: string;
  /** What that option was given, if it was. */
  readonly file: string | undefined;
}

/**
 * Gets a secret.
 *
 * @returns the secret; undefined for an optional one that was left out
 * @throws WRONG_PARAMETER if it is given nowhere and nobody can be asked, and for an unusable file; Interrupted
 */
export async function readSecret(io: Io, stdin: Stdin, secret: Secret): Promise<string | undefined> {
  const { what, option, file, isOptional = false } = secret;
  if (isStdin(file) && io.stdin.isTTY !== true) return oneLine(await stdin.line(what), what, 'stdin');
  if (file !== undefined && !isStdin(file))
    return oneLine(await readPrivate(what, file, io.signal), what, file);
  if (isInteractive(io)) {
    const { askSecret } = await import('./prompts.ts');
    return askSecret(io, secret);
  }
  if (isOptional) return undefined;
  throw usage(
    `${what} is needed: pass ${option} F, or ${option} - and write it to stdin; there is no terminal to ask at`,
  );
}

/** The text of a private file. @throws WRONG_PARAMETER that says what is wrong with it; Interrupted */
export async function readPrivate(what: string, path: string, signal: AbortSignal): Promise<string> {
  try {
    if (DESCRIPTOR.test(path)) return await unlessInterrupted(readFile(path, 'utf8'), signal);
    // The file that a link leads to must be private; secrets of a cluster are mounted as links.
    const handle = await openPrivateFile(`File with ${what}`, await realpath(path));
    try {
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const { code = 'unknown reason', message } = error as NodeJS.ErrnoException;
    throw usage(
      error instanceof PowerAuthError ? message : `File with ${what} ${path}: cannot read it (${code})`,
    );
  }
}

/** The content of a file without the line break at its end. */
function oneLine(text: string, what: string, place: string): string {
  // Without the mark that editors and shells of Windows put at the beginning: a wrong password costs an attempt.
  const line = text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
  if (/[\0\uFFFD]/.test(line)) throw usage(`${place}: expected ${what} in UTF-8, got another encoding`);
  if (line === '') throw usage(`${place}: expected ${what} in one line, got nothing`);
  if (/[\r\n]/.test(line)) throw usage(`${place}: expected ${what} in one line, got several lines`);
  return line;
}
