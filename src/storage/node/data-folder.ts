/**
 * Where this package keeps data in Node, unless told otherwise.
 *
 * @module
 */

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { failure, PowerAuthErrorCode } from '../../errors.ts';

const NAME = 'powerauth-wasm';

/**
 * The operating system's folder for a user's data: `~/.local/share/powerauth-wasm` on Linux (or under
 * `$XDG_DATA_HOME`), `~/Library/Application Support/powerauth-wasm` on macOS, `%LOCALAPPDATA%\powerauth-wasm\Data` on
 * Windows.
 *
 * @throws WRONG_PARAMETER for a user without a home folder
 */
export function dataFolder(): string {
  const { env, platform } = process;
  if (platform === 'darwin') return join(home(), 'Library', 'Application Support', NAME);
  if (platform === 'win32') {
    return join(absolute(env['LOCALAPPDATA']) ?? join(home(), 'AppData', 'Local'), NAME, 'Data');
  }
  // https://specifications.freedesktop.org/basedir-spec/latest/
  return join(absolute(env['XDG_DATA_HOME']) ?? join(home(), '.local', 'share'), NAME);
}

/** The specification says to ignore a relative path. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

function home(): string {
  let cause: unknown;
  try {
    const folder = absolute(homedir());
    if (folder !== undefined) return folder;
  } catch (error) {
    // Neither HOME is set nor does the system's list have an entry for this user.
    cause = error;
  }
  const variable = process.platform === 'win32' ? 'USERPROFILE' : 'HOME';
  throw failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `The user who runs this process has no home folder, and so no folder for data: pass keychainConfiguration.storage (memoryStorage(), or one with a path) and sealingKey, or set ${variable}`,
    { cause },
  );
}
