/**
 * Where the command line keeps its configuration, unless told otherwise.
 *
 * @module
 */

import { isAbsolute, join } from 'node:path';

/** The parts of a process that decide. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const NAME = 'powerauth-wasm';
const FILE = 'config.json';

/**
 * The user's configuration file: `~/.config/powerauth-wasm/config.json` on Linux (or under `$XDG_CONFIG_HOME`),
 * `~/Library/Application Support/powerauth-wasm/config.json` on macOS, `%APPDATA%\powerauth-wasm\Config\config.json` on
 * Windows.
 */
export function configurationFile({ platform, home, env }: Machine): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', NAME, FILE);
  if (platform === 'win32') {
    return join(absolute(env['APPDATA']) ?? join(home, 'AppData', 'Roaming'), NAME, 'Config', FILE);
  }
  // https://specifications.freedesktop.org/basedir-spec/latest/
  return join(absolute(env['XDG_CONFIG_HOME']) ?? join(home, '.config'), NAME, FILE);
}

/** The specification says to ignore a relative path. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
