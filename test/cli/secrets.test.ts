/** Secrets from files and from stdin. */
import { chmod, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readSecret } from '../../src/cli/secrets.ts';
import { Stdin } from '../../src/cli/stdin.ts';
import type { Io } from '../../src/cli/io.ts';
import { rejection, temporaryFolder } from '../helpers/storage.ts';

const secret = { what: 'the password', option: '--password-file' };

/** Stdin that comes in these pieces, in a process without a terminal. */
function processWith(...pieces: string[]): { io: Io; stdin: Stdin } {
  const stdin = Readable.from(pieces.map((piece) => Buffer.from(piece)));
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdin, stdout, stderr, env: {}, signal: new AbortController().signal };
  return { io, stdin: new Stdin(io) };
}

async function readFrom(content: string, mode = 0o600): Promise<string | undefined> {
  const path = join(await temporaryFolder(), 'secret');
  await writeFile(path, content);
  await chmod(path, mode);
  const { io, stdin } = processWith();
  return readSecret(io, stdin, { ...secret, file: path });
}

describe('a file', () => {
  test.each([
    ['abc', 'abc'],
    ['abc\n', 'abc'],
    ['abc\r\n', 'abc'],
    ['\uFEFFabc\r\n', 'abc'],
    [' a b ', ' a b '],
    ['žluťoučký 🐴\n', 'žluťoučký 🐴'],
  ])('%j is %j', async (content, expected) => {
    expect(await readFrom(content)).toBe(expected);
  });

  test.each(['', '\n', 'a\nb', 'a\n\n'])('%j is refused', async (content) => {
    const error = await rejection(readFrom(content));
    expect([error.code, error.message]).toEqual(['WRONG_PARAMETER', expect.stringContaining('in one line')]);
  });

  test.skipIf(process.platform === 'win32').each([0o644, 0o640, 0o660, 0o604])(
    'that others may read or change (%o) is refused',
    async (mode) => {
      const error = await rejection(readFrom('abc', mode));
      expect([error.code, error.message]).toEqual(['WRONG_PARAMETER', expect.stringContaining('chmod 600')]);
    },
  );

  test.skipIf(process.platform === 'win32')('may be behind a link, but must be private', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'secret'), 'abc', { mode: 0o600 });
    await symlink(join(folder, 'secret'), join(folder, 'link'));
    const { io, stdin } = processWith();
    const read = () => readSecret(io, stdin, { ...secret, file: join(folder, 'link') });
    expect(await read()).toBe('abc');
    await chmod(join(folder, 'secret'), 0o644);
    expect((await rejection(read())).message).toContain('chmod 600');
  });

  test('in another encoding is refused, because a wrong password costs an attempt', async () => {
    const path = join(await temporaryFolder(), 'secret');
    await writeFile(path, Buffer.from('\uFEFFabc', 'utf16le'), { mode: 0o600 });
    const { io, stdin } = processWith();
    const error = await rejection(readSecret(io, stdin, { ...secret, file: path }));
    expect(error.message).toMatch(/expected the password in UTF-8, got another encoding/);
  });

  test('that is missing or is a folder is refused', async () => {
    const folder = await temporaryFolder();
    const { io, stdin } = processWith();
    for (const file of [join(folder, 'none'), folder]) {
      const error = await rejection(readSecret(io, stdin, { ...secret, file }));
      expect([error.code, error.message]).toEqual(['WRONG_PARAMETER', expect.stringContaining(file)]);
    }
  });
});

describe('stdin', () => {
  test('has one secret a line, in whatever pieces, and then data', async () => {
    const { io, stdin } = processWith('fir', 'st\r', '\nsecond\nda', 'ta\nmore');
    expect(await readSecret(io, stdin, { ...secret, file: '-' })).toBe('first');
    expect(await readSecret(io, stdin, { ...secret, file: '-' })).toBe('second');
    expect((await stdin.rest()).toString()).toBe('data\nmore');
    expect((await stdin.rest()).toString()).toBe('');
  });

  test('that ends too early is refused', async () => {
    const { io, stdin } = processWith('only');
    expect(await readSecret(io, stdin, { ...secret, file: '-' })).toBe('only');
    const error = await rejection(readSecret(io, stdin, { ...secret, file: '-' }));
    expect(error.message).toBe('stdin: expected the password in a line of its own, got the end');
  });

  test('without a file and without a terminal only an optional secret is left out', async () => {
    const { io, stdin } = processWith('x');
    expect(await readSecret(io, stdin, { ...secret, file: undefined, isOptional: true })).toBeUndefined();
    const error = await rejection(readSecret(io, stdin, { ...secret, file: undefined }));
    expect(error.message).toContain('--password-file F');
    expect((await stdin.rest()).toString()).toBe('x');
  });
});
