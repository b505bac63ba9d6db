/**
 * The data of requests, from a file or from stdin.
 *
 * @module
 */

import type { Options } from './command.ts';
import type { Context } from './context.ts';
import { readNamed } from './files.ts';
import { isStdin } from './stdin.ts';

/**
 * The bytes of a file, or of stdin for `-`; undefined without the option. Read after the secrets, which come first on
 * stdin.
 *
 * @throws WRONG_PARAMETER for a file that can't be read; Interrupted
 */
export async function bodyOf(
  context: Context,
  file: Options[string],
  option: string,
): Promise<Uint8Array | undefined> {
  if (file === undefined) return undefined;
  if (isStdin(file)) return context.stdin.rest();
  return readNamed({ option, path: String(file), signal: context.io.signal });
}
