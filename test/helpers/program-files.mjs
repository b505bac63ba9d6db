/**
 * Programs that the tests need and npm does not bring: where they are, and how to get them.
 *
 * @module
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StepError, run, step } from '../../tools/lib/run.mjs';

const MAC = '/Applications';
const WINDOWS = process.env.ProgramFiles ?? 'C:\\Program Files';

/**
 * @typedef {'chromium' | 'firefox' | 'redis' | 'keyring' | 'postgres' | 'pgbouncer' | 'strace' | 'tmux'} ProgramName
 * @typedef {{ title: string, variable: string, names: string[], places: string[], debian: string }} Program
 */

/** @type {Record<ProgramName, Program>} */
export const PROGRAMS = {
  chromium: {
    title: 'Chromium',
    variable: 'CHROMIUM_PATH',
    names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    places: [
      `${MAC}/Chromium.app/Contents/MacOS/Chromium`,
      `${MAC}/Google Chrome.app/Contents/MacOS/Google Chrome`,
      join(WINDOWS, 'Google', 'Chrome', 'Application', 'chrome.exe'),
    ],
    debian: 'chromium',
  },
  firefox: {
    title: 'Firefox',
    variable: 'FIREFOX_PATH',
    names: ['firefox-esr', 'firefox'],
    places: [`${MAC}/Firefox.app/Contents/MacOS/firefox`, join(WINDOWS, 'Mozilla Firefox', 'firefox.exe')],
    debian: 'firefox-esr',
  },
  redis: {
    title: 'Redis',
    variable: 'REDIS_SERVER_PATH',
    // One program with several names; it is started as redis-server. Debian's redis-tools has it too, and brings no
    // service that would run on the user's machine from then on.
    names: ['redis-server', 'redis-check-rdb'],
    places: ['/usr/sbin/redis-server', '/opt/homebrew/bin/redis-server', '/usr/local/bin/redis-server'],
    debian: 'redis-tools',
  },
  keyring: {
    title: 'GNOME Keyring',
    variable: 'GNOME_KEYRING_PATH',
    names: ['gnome-keyring-daemon'],
    places: [],
    debian: 'gnome-keyring',
  },
  postgres: {
    title: 'PostgreSQL',
    variable: 'POSTGRES_PATH',
    names: ['postgres'],
    places: [18, 17, 16, 15, 14].flatMap((version) => [
      `/usr/lib/postgresql/${version}/bin/postgres`,
      `/opt/homebrew/opt/postgresql@${version}/bin/postgres`,
    ]),
    debian: 'postgresql',
  },
  pgbouncer: {
    title: 'PgBouncer',
    variable: 'PGBOUNCER_PATH',
    names: ['pgbouncer'],
    places: ['/usr/sbin/pgbouncer'],
    debian: 'pgbouncer',
  },
  strace: {
    title: 'strace',
    variable: 'STRACE_PATH',
    names: ['strace'],
    places: [],
    debian: 'strace',
  },
  tmux: {
    title: 'tmux',
    variable: 'TMUX_PATH',
    names: ['tmux'],
    places: [],
    debian: 'tmux',
  },
};
const NAMES = /** @type {ProgramName[]} */ (Object.keys(PROGRAMS));

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** @param {string} name */
function onPath(name) {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, file))
    .find(isExecutable);
}

/**
 * The file of a program, or undefined when it is not on this machine.
 *
 * @param {ProgramName} name
 * @throws {StepError} when its environment variable names something that cannot be run
 */
export function findProgram(name) {
  const { variable, names, places } = PROGRAMS[name];
  const chosen = process.env[variable];
  if (chosen) {
    if (isExecutable(chosen)) return chosen;
    throw new StepError(`${variable} is ${chosen}, which is no program that can be run`, {
      remedy: `correct ${variable}, or unset it to let the program be found`,
    });
  }
  return names.map(onPath).find(Boolean) ?? places.find(isExecutable);
}

/**
 * The file of a program that must be there.
 *
 * @param {ProgramName} name
 * @throws {StepError} when it is not
 */
export function requireProgram(name) {
  const file = findProgram(name);
  if (file !== undefined) return file;
  throw new StepError(`${PROGRAMS[name].title} is not on this machine`, { remedy: remedyFor(name) });
}

/** How to get a program, in words. @param {ProgramName} name */
export function remedyFor(name) {
  const { title, variable, debian } = PROGRAMS[name];
  return `install ${title} (on Debian as root: apt-get install ${debian}), or set ${variable} to its file`;
}

/** Those that are not on this machine. */
export const missingPrograms = () => NAMES.filter((name) => findProgram(name) === undefined);

/**
 * Installs programs with Debian's package manager.
 *
 * @param {ProgramName[]} names
 * @throws {StepError} when there is none, or we are not root
 */
export async function installPrograms(names) {
  if (names.length === 0) return;
  const packages = names.map((name) => PROGRAMS[name].debian);
  const remedy = names.map(remedyFor).join('; ');
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined)
    throw new StepError('Only root can install programs, and only on Debian', { remedy });
  const apt = (/** @type {string[]} */ ...args) =>
    run('apt-get', [...args, '-o', 'DPkg::Lock::Timeout=300'], {
      remedy,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  await step(`Install ${packages.join(', ')} (this may take minutes)`, async () => {
    // Old lists may still name the packages, so that this alone is no failure.
    await apt('update').catch((error) => console.error(error.output));
    await apt('install', '-y', '--no-install-recommends', ...packages);
  });
}
