/** Command lines as a whole: help at every level, usage errors, exit codes. */
import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { failure, PowerAuthErrorCode } from '../../src/errors.ts';
import { errorObject, exitCodeOf, Interrupted, messageOf } from '../../src/cli/failures.ts';
import { createProgram } from '../../src/cli/program.ts';
import { jsonOf, openInput, runCommand } from '../helpers/command-line.ts';
import { temporaryFolder } from '../helpers/storage.ts';

const io = {
  stdin: openInput(),
  stdout: openInput(),
  stderr: openInput(),
  env: {},
  signal: new AbortController().signal,
};

/** All commands, each with the words that lead to it. */
const commands = (command: Command, path: readonly string[] = []): (readonly [string, Command])[] => [
  [path.join(' '), command],
  ...command.commands.flatMap((child) => commands(child, [...path, child.name()])),
];
const all = commands(createProgram(io));

describe.each(all)('%s --help', (path) => {
  test('says what it does and ends with examples, also in a narrow terminal', async () => {
    const argv = [...path.split(' ').filter(Boolean), '--help'];
    const { code, stdout, stderr } = await runCommand(argv);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: powerauth-wasm.*\n\n[A-Z][^\n]/);
    expect(stdout).toMatch(/\nExamples:\n(?: {2}\$ .*powerauth-wasm.*\n)+$/);
    const narrow = (await runCommand(argv, { columns: 60 })).stdout;
    const text = narrow.slice(0, narrow.indexOf('\nExamples:'));
    const isLong = (line: string): boolean => line.length > 60 && !line.startsWith('Usage:');
    expect(text.split('\n').filter(isLong)).toEqual([]);
  });

  test('has no option for a secret itself', () => {
    const command = all.find(([name]) => name === path)?.[1];
    const secret = /password|code|otp|secret|puk|pin\b/i;
    const named = command?.options.map(({ long }) => long ?? '').filter((long) => secret.test(long)) ?? [];
    expect(named.filter((long) => !long.endsWith('-file'))).toEqual([]);
  });
});

describe('wrong usage ends with 2, and repeats no values', () => {
  test.each([
    [['hunter2'], 'unknown command\n'],
    [['headr', 'x'], 'Did you mean header?'],
    [[], 'expected a command'],
    [['token'], 'expected a command'],
    [['header'], "missing required argument 'name'"],
    [['activate', 'AAAAA-BBBBB-CCCCC-DDDDD'], 'too many arguments'],
    [['status', '--password', 'hunter2'], "unknown option '--password'"],
    [['status', '-phunter2'], "unknown option '-p'"],
    [['status', '--password=hunter2'], "unknown option '--password'"],
    [['status', '--config'], 'argument missing'],
    [['store', 'ls', '--store', 'mysql://:hunter2x@host'], 'without a password'],
    [['store', 'ls', '--store', 'hunter2'], '--store: expected sqlite:DIR'],
    [['store', 'ls', '--sealing-key', 'hunter2'], '--sealing-key: expected keychain or file:F'],
    [['store', 'ls', '--store', 'sqlite:a', '--store-file', 'b'], 'expected one of them, got both'],
    [['store', 'ls', '--store', 'redis://localhost'], '--sealing-key: redis needs one'],
    [['serve', '--base-url', 'hunter2'], "--base-url: serve doesn't take this option"],
    [['--insecure-http', 'serve'], "--insecure-http: serve doesn't take this option"],
    [['store', 'reseal', '--instance', 'hunter2'], "--instance: reseal doesn't take this option"],
    [['completion', 'csh'], 'SHELL: expected bash, zsh, fish'],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await runCommand(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\nSee powerauth-wasm .*--help\n$/);
    expect(stderr).not.toMatch(/hunter2|AAAAA/);
    const json = await runCommand([...argv, '--json']);
    if (argv.at(-1) === '--config') return;
    expect([json.code, json.stderr, jsonOf(json)]).toMatchObject([
      2,
      '',
      { ok: false, error: { code: 'WRONG_PARAMETER', errorData: null } },
    ]);
  });
});

test('the help of a command has no option that it refuses', async () => {
  const help = async (...argv: string[]) => (await runCommand([...argv, '--help'])).stdout;
  expect(await help('status')).toMatch(/--base-url <url>[^]*--instance <id>[^]*--insecure-http/);
  expect(await help('serve')).toContain('--config <file>');
  expect(await help('serve')).not.toMatch(
    /--(?:base-url|instance|store|store-file|sealing-key|insecure-http)\b/,
  );
  expect(await help('store', 'reseal')).not.toContain('--instance');
});

describe('interrupted while nobody writes to stdin', () => {
  test.each([
    ['activate', '--code-file', '-'],
    ['activate', '--code-file', '-', '--json'],
    ['sign', 'POST', '/x', '--factors', 'possession', '--body', '-'],
    ['request', 'POST', '/x', '--data', '-'],
    ['request', 'POST', '/x', '--data', '/dev/stdin'],
    ['sign', 'POST', '/x', '--factors', 'possession', '--body', '/proc/self/fd/0'],
    ['offline', '--qr', '-'],
    ['remove', '--password-file', '/dev/stdin'],
    ['remove', '--password-file', '-'],
    ['serve', '--admin-token-file', '-'],
  ])('%s %s %s %s %s', async (...argv) => {
    const interruption = new AbortController();
    const stdin = openInput();
    const ran = runCommand(argv, { stdin, signal: interruption.signal });
    // The first of them loads the modules.
    await expect.poll(() => stdin.listenerCount('readable'), { timeout: 10_000 }).toBeGreaterThan(0);
    interruption.abort();
    const { code, stdout, stderr } = await ran;
    if (argv.includes('--json')) expect(stdout).toContain('"code":"OPERATION_CANCELED"');
    else expect([stdout, stderr]).toEqual(['', 'error: Interrupted\n']);
    expect(code).toBe(130);
  });
});

describe.skipIf(process.platform === 'win32')('interrupted while nobody writes to a descriptor', () => {
  test.each([
    ['status', '--config'],
    ['sign', 'POST', '/x', '--factors', 'possession', '--body'],
    ['remove', '--password-file'],
    ['serve', '--config'],
    ['serve', '--tls-key', 'x', '--tls-cert'],
  ])('%s %s %s %s %s %s', async (...argv) => {
    const path = join(await temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    const pipe = await open(path, 'r+');
    try {
      const signal = AbortSignal.timeout(50);
      const { code, stderr } = await runCommand([...argv, `/dev/fd/${pipe.fd}`], { signal });
      expect([code, stderr]).toEqual([130, 'error: Interrupted\n']);
    } finally {
      // The read that is in progress comes to its end.
      await pipe.write('x');
      await pipe.close();
    }
  });
});

test('common options may stand anywhere', async () => {
  for (const argv of [
    ['--json', '--dry-run', 'status'],
    ['status', '--json', '--dry-run'],
    ['--dry-run', 'status', '--json'],
  ]) {
    expect(jsonOf(await runCommand(argv))).toMatchObject({ ok: true, dryRun: true });
  }
  const env = { POWERAUTH_JSON: '1', POWERAUTH_DRY_RUN: 'on', POWERAUTH_INSTANCE: 'i' };
  expect(jsonOf(await runCommand(['status'], { env }))).toMatchObject({ instanceId: 'i' });
  expect((await runCommand(['status'], { env: { POWERAUTH_JSON: 'x' } })).code).toBe(2);
});

describe('exit codes', () => {
  const refused = { httpStatusCode: 400, serverResponseCode: 'ERR_ACTIVATION' };

  test.each([
    ['WRONG_PARAMETER', undefined, 2],
    ['INVALID_ACTIVATION_CODE', undefined, 2],
    ['INVALID_ACTIVATION_STATE', undefined, 2],
    ['MISSING_ACTIVATION', undefined, 3],
    ['PENDING_ACTIVATION', undefined, 3],
    ['LOCAL_TOKEN_NOT_AVAILABLE', undefined, 3],
    ['AUTHENTICATION_ERROR', { httpStatusCode: 401 }, 4],
    ['RESPONSE_ERROR', refused, 4],
    ['RESPONSE_ERROR', { httpStatusCode: 403 }, 4],
    ['RESPONSE_ERROR', { httpStatusCode: 404 }, 5],
    ['RESPONSE_ERROR', { ...refused, httpStatusCode: 500 }, 5],
    ['RESPONSE_ERROR', undefined, 5],
    ['NETWORK_ERROR', undefined, 6],
    ['UNKNOWN_ERROR', undefined, 7],
    ['INVALID_ACTIVATION_DATA', undefined, 7],
    ['BIOMETRY_FAILED', undefined, 1],
  ] as const)('%s %j is %i', (code, errorData, expected) => {
    expect(exitCodeOf(failure(PowerAuthErrorCode[code], 'x', errorData && { errorData }))).toBe(expected);
  });

  test.each([
    ['INVALID_ACTIVATION_DATA', 'expected x, got y; the server does not know the activation', 3],
    ['INVALID_ACTIVATION_DATA', 'activationCode: expected x, got y', 2],
    ['UNKNOWN_ERROR', 'Something failed that should not; see cause', 1],
  ] as const)('%s with %j is %i', (code, message, expected) => {
    expect(exitCodeOf(failure(PowerAuthErrorCode[code], message))).toBe(expected);
  });

  test('of anything else', () => {
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
    expect(exitCodeOf(new Interrupted())).toBe(130);
    expect(errorObject(new TypeError('x'))).toEqual({ code: 'UNKNOWN_ERROR', message: 'x', errorData: null });
    expect(errorObject(new Interrupted())).toMatchObject({ code: 'OPERATION_CANCELED' });
    expect(messageOf('text')).toBe('text');
  });
});
