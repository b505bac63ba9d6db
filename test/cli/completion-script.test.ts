/** Completion scripts, the one for Bash in Bash itself. */
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

/** What Bash offers at the end of a line. */
function complete(...words: string[]): string[] {
  const script = `${completionScript('bash', program)}
COMP_WORDS=(powerauth-wasm "$@"); COMP_CWORD=$#; _powerauth_wasm; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

const hasBash = spawnSync('bash', ['--version']).status === 0;

describe.skipIf(!hasBash)('in Bash', () => {
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
    [['completion', 'f'], ['fish']],
    [['status', '--sealing-key', 'k'], ['keychain']],
    [['status', '--config', '/etc/passw'], ['/etc/passwd']],
  ])('%j', (words, expected) => {
    expect(complete(...words)).toEqual(expect.arrayContaining(expected));
  });

  test('only what may stand there', () => {
    expect(complete('store', 'r').sort()).toEqual(['reseal', 'rm']);
    expect(complete('token', 'get', '--cu')).toEqual([]);
  });
});

test.each(SHELLS)('the script for %s names every command and option', (shell) => {
  const script = completionScript(shell, program);
  const words = ['activate', 'reseal', 'doctor', 'factors', 'to-sealing-key', 'dry-run'];
  expect(words.filter((word) => !script.includes(word))).toEqual([]);
});
