/**
 * The data of requests, from a file or from stdin.
 *
 * @module
 */

import { readFile } from 'node:fs/promises';
import type { Options } from './command.ts';
import type { Context } from './context.ts';
import { usage } from './failures.ts';

/**
 * The bytes of a file, or of stdin for `-`; undefined without the option. Read after the secrets, which come first on
 * stdin.
 *
 * @throws WRONG_PARAMETER for a file that can't be read
 */
export async function bodyOf(
  context: Context,
  file: Options[string],
  option: string,
): Promise<Uint8Array | undefined> {
  if (file === undefined) return undefined;
  if (file === '-') return context.stdin.rest();
  try {
    return await readFile(String(file));
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw usage(`${option}: cannot read ${String(file)} (${code})`);
  }
}
