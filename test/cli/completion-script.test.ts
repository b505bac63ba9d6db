/** Completion scripts, each in its shell. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { completionScript, SHELLS } from '../../src/cli/completion-script.ts';
import { createProgram } from '../../src/cli/program.ts';
import { openInput } from '../helpers/command-line.ts';

const signal = new AbortController().signal;
const program = createProgram({
  stdin: openInput(),
  stdout: openInput(),
  stderr: openInput(),
  env: {},
  signal,
});

const isThere = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

/** What each shell offers at the end of a line. */
const COMPLETE = {
  bash: {
    args: ['--norc'],
    end: 'COMP_WORDS=(powerauth-wasm "$@"); COMP_CWORD=$#; _powerauth_wasm; printf \'%s\\n\' "${COMPREPLY[@]}"',
  },
  // Its own functions only work at a terminal.
  zsh: {
    args: ['-f'],
    begin: `compdef() { :; }
compadd() { shift; print -rl -- \${(M)@:#$words[CURRENT]*}; }
_files() { print -rl -- $words[CURRENT]*(N); }`,
    end: 'words=(powerauth-wasm "$@"); CURRENT=$(($# + 1)); _powerauth_wasm',
  },
  fish: {
    args: ['--no-config'],
    end: 'complete -C "powerauth-wasm $(string join \' \' -- $argv[2..])" | string split -f1 \\t',
  },
} as const;

describe.each(SHELLS.filter(isThere))('in %s', (shell) => {
  const complete = (...words: string[]): string[] => {
    const { args, end, begin } = { begin: '', ...COMPLETE[shell] };
    const script = [begin, completionScript(shell, program), end].join('\n');
    const { stdout, stderr } = spawnSync(shell, [...args, '-c', script, shell, ...words], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout.split('\n').filter(Boolean);
  };

  test.each([
    [['st'], ['status', 'store']],
    [
      ['store', 'r'],
      ['reseal', 'rm'],
    ],
    [['--json', 'token', 'g'], ['get']],
    [
      ['header', 'api', '--c'],
      ['--config', '--count', '--curl'],
    ],
    [
      ['token', 'get', 'api', '--factors', ''],
      ['possession', 'possession_knowledge'],
    ],
    [
      ['serve', '--like', ''],
      ['1.9', '2.2'],
    ],
    [
      ['serve', '--tls'],
      ['--tls-cert', '--tls-key'],
    ],
    [['completion', 'f'], ['fish']],
    [['status', '--sealing-key', 'k'], ['keychain']],
    [['status', '--config', '/etc/passw'], ['/etc/passwd']],
  ])('%j', (words, expected) => {
    expect(complete(...words)).toEqual(expect.arrayContaining(expected));
  });

  test('only what may stand there', () => {
    expect(complete('store', 'r').sort()).toEqual(['reseal', 'rm']);
    expect(complete('token', 'get', '--cu')).toEqual([]);
    expect(complete('serve', '--base')).toEqual([]);
  });
});

test.each(SHELLS)('the script for %s names every command and option', (shell) => {
  const script = completionScript(shell, program);
  const words = ['activate', 'reseal', 'doctor', 'factors', 'to-sealing-key', 'dry-run'];
  expect(words.filter((word) => !script.includes(word))).toEqual([]);
});
