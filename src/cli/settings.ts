/**
 * The options that all commands have, from the arguments or the environment.
 *
 * @module
 */

import { Option } from 'commander';
import { usage } from './failures.ts';
import type { OutputOptions } from './output.ts';

/** The beginning of the names of environment variables. */
const PREFIX = 'POWERAUTH_';

/** The common options. Those that are undefined were given nowhere. */
export interface Settings extends OutputOptions {
  readonly config: string | undefined;
  /** `--config` as an argument; the variable names a configuration of clients. */
  readonly typedConfig: string | undefined;
  readonly baseUrl: string | undefined;
  readonly instance: string | undefined;
  readonly store: string | undefined;
  readonly storeFile: string | undefined;
  readonly sealingKey: string | undefined;
  readonly insecureHttp: boolean;
  readonly dryRun: boolean;
}

const OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  [
    '--config <file>',
    'application keys and base URL, see `powerauth-wasm doctor --help`; of serve, the configuration of the server',
  ],
  ['--base-url <url>', "the server's base URL, in place of the file's"],
  ['--instance <id>', 'which activation; default: default'],
  ['--store <url>', 'sqlite:DIR, redis://…, rediss://…, postgres://…; default: SQLite in your data folder'],
  ['--store-file <file>', 'a private file with that URL, for one with a password'],
  ['--sealing-key <key>', 'keychain, or file:F with 32 bytes; default: kept beside SQLite'],
  ['--insecure-http', 'allow http://, for tests'],
  ['--dry-run', 'say what would be done, and change and send nothing'],
  ['--json', 'one JSON object instead of text'],
  ['-q, --quiet', 'only results and errors'],
  ['-v, --verbose', 'headers taken apart, causes of errors'],
];

/** The environment variable of an option. */
export const variableOf = (option: Option): string =>
  PREFIX +
  option
    .attributeName()
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase();

/** The common options, for the program itself. */
export const commonOptions = (): Option[] =>
  OPTIONS.map(([flags, description]) => new Option(flags, description));

/** What wasn't given as an argument is taken from the environment. */
export function withEnvironment(
  options: readonly Option[],
  given: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const result = { ...given };
  for (const option of options) {
    const name = option.attributeName();
    const value = env[variableOf(option)];
    if (name in given || value === undefined || value === '') continue;
    result[name] = option.required ? value : isTrue(value, variableOf(option));
  }
  return result;
}

function isTrue(value: string, variable: string): boolean {
  if (/^(?:1|true|yes|on)$/i.test(value)) return true;
  if (/^(?:0|false|no|off)$/i.test(value)) return false;
  throw usage(`${variable}: expected 1 or 0, got something else`);
}

/** Whether a URL contains a password, as user information or as a parameter. */
export function hasPassword(url: string): boolean {
  // A password may hold characters that end a host; rather a parameter with an @ is refused.
  if (/^[a-z]+:\/\/[^@]*:.*@/is.test(url)) return true;
  return /[?&][^=&]*(?:pass|secret)[^=&]*=/i.test(url);
}

/** Checks the options as they were typed, before anything is shown of them. */
export function assertNoSecretTyped(given: Readonly<Record<string, unknown>>): void {
  for (const name of ['store', 'to']) {
    const url = given[name];
    if (typeof url !== 'string' || !hasPassword(url)) continue;
    throw usage(
      `${name === 'store' ? '--store' : 'TO'}: expected a URL without a password, because every user of this machine sees arguments; put the URL into a file with mode 0600 and name it with ${name === 'store' ? '--store-file (or set POWERAUTH_STORE)' : '--to-file'}`,
    );
  }
}
