import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  mkdirSync,
  readdirSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lmdbStorage } from '../../src/storage/lmdb.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import { buildChild, Child } from '../helpers/child.ts';
import { keysOf, rejection, temporaryFolder, testLmdbStorage } from '../helpers/storage.ts';

const isRoot = process.getuid?.() === 0;

/** A new volume of `kilobytes`, or undefined where none may be mounted. */
async function volume(kilobytes: number): Promise<string | undefined> {
  const folder = await temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=0700`, 'tmpfs', folder], {
      stdio: 'pipe',
    });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

/** The error of a storage that cannot be used, which must name its path. */
async function failureAt(path: string): Promise<Error & { code?: string }> {
  const storage = testLmdbStorage(path);
  const error = await rejection(storage.set('key', new Uint8Array(1)));
  expect(error).toMatchObject({ name: 'PowerAuthError', code: 'UNKNOWN_ERROR' });
  expect(error.message).toContain(path);
  expect((await rejection(storage.get('key'))).message).toBe(error.message);
  expect((await rejection(storage.lock('lock', async () => 1))).message).toBe(error.message);
  expect((await rejection(keysOf(storage))).message).toBe(error.message);
  storage.subscribe(() => undefined);
  return error;
}

describe('a path that will not do', () => {
  test('a file, or below a file', async () => {
    const file = join(await temporaryFolder(), 'file');
    writeFileSync(file, 'mine');
    for (const path of [file, join(file, 'below')]) {
      const error = await failureAt(path);
      expect(error.message).toMatch(/choose another path/);
      expect(error.cause).toBeInstanceOf(Error);
    }
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('a folder in place of a file', async () => {
    const folder = await temporaryFolder();
    mkdirSync(join(folder, 'data.mdb'));
    await failureAt(folder);
  });

  test('no path at all', () => {
    for (const path of ['', 'a\0b', 7, null, {}] as string[]) {
      expect(() => lmdbStorage({ path })).toThrow(
        expect.objectContaining({
          code: 'WRONG_PARAMETER',
          message: expect.stringMatching(/^path: /) as string,
        }) as Error,
      );
    }
  });

  test.each(['below', ''])('no permission (in the folder itself, or to make one: "%s")', async (below) => {
    const mine = join(await temporaryFolder(), 'mine');
    mkdirSync(mine);
    chmodSync(mine, 0o500);
    const path = join(mine, below);
    if (!isRoot) {
      expect((await failureAt(path)).message).toMatch(/no permission/);
      return;
    }
    // Root may write everywhere; a child gives that up.
    chmodSync(join(mine, '..'), 0o755);
    const script = await buildChild(new URL('./storage-child.ts', import.meta.url));
    expect(await new Child(script, 'unprivileged', path).receive()).toEqual({
      code: 'UNKNOWN_ERROR',
      message: expect.stringMatching(/no permission; let this user read and write there/) as string,
    });
  });

  test('a read-only volume', async ({ skip }) => {
    const folder = await volume(4000);
    if (folder === undefined) return skip('mounting a volume is not permitted here');
    const storage = lmdbStorage({ path: folder });
    await storage.set('key', new Uint8Array(1));
    await storage.close();
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    expect((await failureAt(folder)).message).toMatch(/read-only/);
  });
});

describe('a damaged file', () => {
  const damages: Record<string, (file: string) => void> = {
    text: (file) => writeFileSync(file, 'something else\n'),
    'zeros at its beginning': (file) => overwrite(file, 0, 4096, 0),
    'noise at its beginning': (file) => overwrite(file, 0, 8192, 0x5a),
    'a damaged second header': (file) => overwrite(file, 4096, 4096, 0x5a),
    'its end cut off': (file) => truncateSync(file, 5000),
  };

  function overwrite(file: string, from: number, length: number, byte: number): void {
    const content = readFileSync(file);
    content.fill(byte, from, from + length);
    writeFileSync(file, content);
  }

  test.each(Object.keys(damages))('%s', async (damage) => {
    const folder = await temporaryFolder();
    const storage = lmdbStorage({ path: folder });
    await storage.set('key', new Uint8Array(3000));
    await storage.close();
    const file = join(folder, 'data.mdb');
    damages[damage]?.(file);
    const damaged = readFileSync(file);
    expect((await failureAt(folder)).message).toMatch(/restore it from a backup/);
    expect(readFileSync(file).equals(damaged)).toBe(true);
  });

  test('another layout', async () => {
    const folder = await temporaryFolder();
    const { open } = await import('lmdb');
    const database = open<Uint8Array, Buffer>({
      path: folder, noSubdir: false, encoding: 'binary', keyEncoding: 'binary', maxDbs: 1, overlappingSync: false,
    }); // prettier-ignore
    await database.put(Buffer.concat([Buffer.of(0), Buffer.from('version', 'utf16le')]), Buffer.of(2));
    await database.close();
    expect((await failureAt(folder)).message).toMatch(/newer version/);
  });
});

test('works again once the fault is mended, and tells those who subscribed before', async () => {
  const path = join(await temporaryFolder(), 'place');
  writeFileSync(path, '');
  const storage = testLmdbStorage(path);
  const notice = new Promise((resolve) => storage.subscribe(resolve));
  expect((await rejection(storage.get('key'))).code).toBe('UNKNOWN_ERROR');
  execFileSync('rm', [path]);
  expect(await storage.get('key')).toBeUndefined();
  await testLmdbStorage(path).set('key', new Uint8Array(1));
  expect(await notice).toEqual(['key']);
});

test('a full disk: clear errors, nothing stored is lost, and it works again when there is room', async ({
  skip,
}) => {
  const folder = await volume(2000);
  if (folder === undefined) return skip('mounting a volume is not permitted here');
  const child = new Child(
    await buildChild(new URL('./storage-child.ts', import.meta.url)),
    'fill',
    join(folder, 'store'),
  );
  const full = { code: 'UNKNOWN_ERROR', message: expect.stringContaining('the volume is full') as string };
  expect(await child.receive()).toEqual(full);
  expect(await child.receive()).toEqual(full);
  const { stored, intact } = (await child.receive()) as { stored: number; intact: number };
  expect(stored).toBeGreaterThan(10);
  expect(intact).toBe(stored);
  expect(await child.receive()).toBe('works again');
  await child.done();
});

describe('files', () => {
  test('are for their owner alone', async () => {
    const folder = join(await temporaryFolder(), 'deep', 'below');
    const storage = testLmdbStorage(folder);
    await storage.set('key', new Uint8Array(1));
    await storage.sealingKey?.();
    expect(readdirSync(folder).sort()).toEqual(['data.mdb', 'lock.mdb', 'sealing.key']);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  });

  test('hold no plaintext of sealed records', async () => {
    const folder = await temporaryFolder();
    const plain = testLmdbStorage(folder);
    const sealed = sealedStorage(plain, randomBytes(32));
    const secrets = [randomBytes(24), randomBytes(4000)];
    const forms = (secret: Buffer): Buffer[] =>
      [
        secret.toString('latin1'),
        secret.toString('hex'),
        secret.toString('base64'),
        secret.toString('base64url'),
      ].map((form) => Buffer.from(form.slice(0, 24), 'latin1'));
    for (const [i, secret] of secrets.entries()) {
      for (const [j, form] of forms(secret).entries()) await sealed.set(`${i}/${j}`, form);
      await sealed.update(`updated/${i}`, () => secret);
      await sealed.delete(`${i}/0`);
    }
    const control = randomBytes(24);
    await plain.set('control', control);
    const files = (): Buffer =>
      Buffer.concat(readdirSync(folder).map((file) => readFileSync(join(folder, file))));
    expect(files().includes(control)).toBe(true);
    for (const secret of secrets)
      for (const form of forms(secret)) expect(files().includes(form)).toBe(false);
  });
});
