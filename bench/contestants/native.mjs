/**
 * Contestants that aren't written in JavaScript: in C if there is a compiler, the vendor's Java class if there is a
 * JDK.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { processorFlags } from '../lib/machine.mjs';

const execute = promisify(execFile);
const folder = fileURLToPath(new URL('..', import.meta.url));
const build = fileURLToPath(new URL('../../build/bench', import.meta.url));

/** Why a contestant cannot take part on this machine. */
export class Missing extends Error {}

/** A program's output, or {@link Missing} if it isn't installed or fails. */
async function runOr(reason, command, args) {
  try {
    const { stdout, stderr } = await execute(command, args, { timeout: 300_000 });
    return stdout + stderr;
  } catch (cause) {
    throw new Missing(reason, { cause });
  }
}

/** Compiles a file of bench/native; returns the command and arguments that run it. */
async function compiled(source, name, options, reason) {
  mkdirSync(build, { recursive: true });
  await runOr('there is no C compiler (cc)', 'cc', ['--version']);
  const program = join(build, name);
  await runOr(reason, 'cc', ['-O3', join(folder, 'native', source), '-o', program, ...options]);
  return [program];
}

async function shaNi(name, options) {
  if (!processorFlags().includes('sha_ni')) throw new Missing('the processor has no SHA-NI');
  return compiled(
    'sha-ni.c',
    name,
    ['-msha', '-msse4.1', ...options],
    'cc did not compile bench/native/sha-ni.c',
  );
}

async function java() {
  await runOr('there is no JDK (javac)', 'javac', ['-version']);
  const libraries = join(build, 'java');
  const command = ['java', '-cp', join(libraries, '*'), join(folder, 'java/Headers.java')];
  if (existsSync(join(libraries, '.complete'))) return command;
  const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${libraries}`];
  await runOr('Maven (mvn) is not here, or could not get the vendor’s classes', 'mvn', [
    ...['-q', '-B', '-f', join(folder, 'java/pom.xml')],
    ...copy,
  ]);
  writeFileSync(join(libraries, '.complete'), '');
  return command;
}

/**
 * `provide` returns the command and arguments of a program that follows native/program.h, or throws {@link Missing}.
 *
 * @typedef {Pick<import('./contestant.mjs').Contestant, 'id' | 'name' | 'kind' | 'warmUp'> & {
 *   provide: () => Promise<string[]>,
 * }} Native
 */

/** @type {Native[]} */
export const NATIVE = [
  {
    id: 'java',
    name: 'the vendor’s Java client class',
    kind: 'native',
    warmUp: 3,
    provide: java,
  },
  {
    id: 'native',
    name: 'the native SDKs’ way, in C with OpenSSL',
    kind: 'native',
    provide: () =>
      compiled('openssl.c', 'openssl', ['-lcrypto'], 'cc did not find OpenSSL (on Debian: libssl-dev)'),
  },
  {
    id: 'sha-ni',
    name: 'limit: SHA-NI in C, two compressions and nothing else',
    kind: 'native',
    provide: () => shaNi('sha-ni', []),
  },
  {
    id: 'sha-ni-registers',
    name: 'limit: the same, without memory',
    kind: 'native',
    provide: () => shaNi('sha-ni-registers', ['-DIN_REGISTERS']),
  },
];
