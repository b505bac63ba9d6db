/**
 * Records what a command does to the files of a folder: each write, truncation, new or removed name, and each
 * synchronisation, by strace.
 *
 * @module
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { requireProgram } from '../../helpers/program-files.mjs';

/** What was done to a file or folder. */
export type DiskAction =
  | { readonly kind: 'write'; readonly path: string; readonly at: number | 'end'; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly path: string; readonly size: number }
  | { readonly kind: 'sync'; readonly path: string }
  /** A name that was opened to be made; it may have been there. */
  | { readonly kind: 'create'; readonly path: string }
  | { readonly kind: 'mkdir'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly from: string }
  | { readonly kind: 'unlink'; readonly path: string };

/** An action, and when it began and ended, in steps of the whole recording. */
export interface Recorded {
  readonly action: DiskAction;
  readonly start: number;
  readonly end: number;
}

const CALLS = [
  'write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,copy_file_range,sendfile',
  'fsync,fdatasync,sync_file_range,msync',
  'open,openat,openat2,creat,mkdir,mkdirat,link,linkat,unlink,unlinkat,rename,renameat,renameat2,rmdir',
].join(',');

const strace = (args: readonly string[]) =>
  spawnSync(requireProgram('strace'), args, { encoding: 'utf8', maxBuffer: 1 << 28 });

/** Whether processes may be traced here; some containers forbid it. */
export const canTrace = (): boolean => strace(['-e', 'trace=none', 'true']).status === 0;

/**
 * Runs a command with all of its children.
 *
 * @param root only what is done to paths below it is recorded
 * @param output a file for the recording
 */
export function record(root: string, output: string, command: readonly string[]): Recorded[] {
  const options = ['-f', '-y', '-xx', '-s', '10000000', '--seccomp-bpf', '-e', 'signal=none'];
  const { status, stdout, stderr } = strace([
    ...options,
    '-o',
    output,
    '-e',
    `trace=${CALLS}`,
    '--',
    ...command,
  ]);
  if (status !== 0 || stderr !== '')
    throw new Error(`${command.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return parseTrace(readFileSync(output, 'latin1'), root);
}

/** What strace's options `-f -y -xx` have written. */
export function parseTrace(trace: string, root: string): Recorded[] {
  const recorded: Recorded[] = [];
  const begun = new Map<string, { call: string; start: number }>();
  for (const [step, line] of trace.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const [, first] = /^(.*) <unfinished \.\.\.>$/.exec(rest) ?? [];
    if (first !== undefined) {
      begun.set(thread, { call: first, start: step });
      continue;
    }
    const [, last] = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest) ?? [];
    const beginning = last === undefined ? undefined : begun.get(thread);
    const call = beginning === undefined ? rest : beginning.call + (last ?? '');
    const action = actionOf(call, root);
    if (action !== undefined) recorded.push({ action, start: beginning?.start ?? step, end: step });
  }
  return recorded;
}

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\\x|"/g, ''), 'hex');

/** The path of an open descriptor, `21<\x2f\x74…>`; of a removed file, none. */
const pathOfDescriptor = (argument: string): string => {
  const [, hex = ''] = /^\w+<((?:\\x\w\w)*)>$/.exec(argument) ?? [];
  return bytesOf(hex).toString();
};

/** What a call that succeeded did below `root`. */
function actionOf(line: string, root: string): DiskAction | undefined {
  const [, name = '', list = '', result = ''] = /^(\w+)\((.*)\) += (\d+)/.exec(line) ?? [];
  if (name === '') return undefined;
  const args = list.split(', ');
  const argument = (at: number): string => args[at] ?? '';
  const path = (at: number): string => bytesOf(argument(at)).toString();
  const below = (at: number): string => join(pathOfDescriptor(argument(at)), path(at + 1));
  const action = ((): DiskAction | undefined => {
    switch (name) {
      case 'pwrite64':
      case 'write': {
        const data = bytesOf(argument(1)).subarray(0, Number(result));
        const at = name === 'write' ? 'end' : Number(argument(3));
        return { kind: 'write', path: pathOfDescriptor(argument(0)), at, data };
      }
      case 'ftruncate':
        return { kind: 'truncate', path: pathOfDescriptor(argument(0)), size: Number(argument(1)) };
      case 'fsync':
      case 'fdatasync':
        return { kind: 'sync', path: pathOfDescriptor(argument(0)) };
      case 'open':
        return openedAt(path(0), argument(1));
      case 'openat':
        return openedAt(
          join(path(1).startsWith('/') ? '/' : pathOfDescriptor(argument(0)), path(1)),
          argument(2),
        );
      case 'mkdir':
        return { kind: 'mkdir', path: path(0) };
      case 'link':
        return { kind: 'link', from: path(0), path: path(1) };
      case 'unlink':
        return { kind: 'unlink', path: path(0) };
      case 'unlinkat':
        return { kind: 'unlink', path: below(0) };
      default:
        // A file that is changed in a way that nobody expected would make all that follows worthless.
        if (list.includes(bytesToHex(root))) throw new Error(`Not recorded: ${line.slice(0, 200)}`);
        return undefined;
    }
  })();
  return action !== undefined && isBelow(action.path, root) ? action : undefined;
}

const openedAt = (path: string, flags: string): DiskAction | undefined => {
  if (!flags.includes('O_CREAT')) return undefined;
  if (flags.includes('O_TRUNC') && !flags.includes('O_EXCL'))
    throw new Error(`Not recorded: truncation of ${path} while it is opened`);
  return { kind: 'create', path };
};

const bytesToHex = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

const isBelow = (path: string, root: string): boolean => path === root || dirname(path).startsWith(root);
