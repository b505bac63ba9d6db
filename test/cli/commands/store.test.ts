/** `store ls`, `store check`, `store copy`, `store reseal`, `store rm`, on SQLite. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonOf, openDesk, type Desk } from '../../helpers/command-line.ts';

/** An activation, a token, and the place of another store. */
async function prepared(): Promise<Desk & { readonly other: string }> {
  const desk = await openDesk();
  await desk.run(['token', 'get', 'api']);
  await mkdir(join(desk.folder, 'other'), { mode: 0o700 });
  return { ...desk, other: `sqlite:${join(desk.folder, 'other')}` };
}

test('ls and check', async () => {
  const { run, activationId } = await prepared();
  const { stdout } = await run(['store', 'ls']);
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
    ['TYPE', 'INSTANCE'],
    ['activation', 'default'],
    ['token', 'default'],
    [''],
  ]);
  expect(stdout).toContain(activationId);
  const counts = { activations: 1, tokens: 1, reservations: 0, orphans: 0, unreadable: 0 };
  expect(jsonOf(await run(['store', 'check', '--json']))).toEqual({ ok: true, ...counts });
  expect(jsonOf(await run(['store', 'ls', '--json', '--instance', 'other']))).toEqual({
    ok: true,
    records: [],
  });
});

test('check ends with 7 for records under another key', async () => {
  const { run, file } = await prepared();
  const key = await file('key', randomBytes(32));
  const ran = await run(['store', 'check', '--sealing-key', `file:${key}`]);
  expect(ran.code).toBe(7);
  expect(ran.stderr).toContain("2 of the store's records can't be read");
});

describe('copy', () => {
  test('copies to a store with another key, from which headers are made', async () => {
    const { server, run, file, other } = await prepared();
    const key = `file:${await file('key', randomBytes(32))}`;
    const argv = ['store', 'copy', other, '--to-sealing-key', key];
    expect((await run([...argv, '--dry-run'])).stdout).toContain('would copy');
    const ran = await run(argv);
    expect(ran.stdout).toContain('copied      2');
    expect(ran.stderr).toContain('Only one of the two');
    expect((await run(['store', 'rm', '--all'])).stdout).toBe('removed 2 records\n');
    expect((await run(['status'])).code).toBe(3);
    const { stdout } = await run(['header', 'api', '--store', other, '--sealing-key', key]);
    expect(server.verifyToken(stdout.trim().replace('X-PowerAuth-Token: ', ''))).toBeDefined();
  });

  test('refuses records that differ, unless told otherwise', async () => {
    const { server, run, other } = await prepared();
    const argv = ['store', 'copy', other];
    expect(jsonOf(await run([...argv, '--json']))).toMatchObject({ copied: 2, equal: 0 });
    await run(['sign', 'POST', '/x', '--factors', 'possession']);
    expect((await run(argv)).code).toBe(2);
    expect(jsonOf(await run([...argv, '--json', '--existing', 'skip']))).toMatchObject({
      skipped: 1,
      equal: 1,
    });
    expect(jsonOf(await run([...argv, '--json', '--existing', 'overwrite']))).toMatchObject({ copied: 1 });
    expect((await run([...argv, '--existing', 'merge'])).code).toBe(2);
    expect((await run(['store', 'copy'])).code).toBe(2);
    expect(server.tokens).toHaveLength(1);
  });
});

test('reseal makes a new key, or uses the one that is named', async () => {
  const { run, file } = await prepared();
  expect(jsonOf(await run(['store', 'reseal', '--json']))).toEqual({
    ok: true,
    resealed: 2,
    unchanged: 0,
    unreadable: 0,
  });
  const key = `file:${await file('key', randomBytes(32))}`;
  expect(jsonOf(await run(['store', 'reseal', '--json', '--to-sealing-key', key]))).toMatchObject({
    resealed: 2,
  });
  expect((await run(['status'])).code).toBe(7);
  expect((await run(['status', '--sealing-key', key])).code).toBe(0);
  expect((await run(['store', 'reseal', '--sealing-key', key])).code).toBe(2);
});

test('rm says which records, and removes no others', async () => {
  const { run } = await prepared();
  expect((await run(['store', 'rm'])).code).toBe(2);
  expect((await run(['store', 'rm', '--all', '--instance', 'default'])).code).toBe(2);
  expect((await run(['store', 'rm', '--instance', 'other'])).stdout).toBe('removed 0 records\n');
  expect((await run(['store', 'rm', '--instance', 'default', '--dry-run'])).stdout).toContain('would remove');
  expect((await run(['store', 'rm', '--instance', 'default'])).stdout).toBe('removed 2 records\n');
});
