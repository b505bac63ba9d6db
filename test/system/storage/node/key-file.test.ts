import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  readKeyFileAgain,
  readOrCreateKeyFile,
  replaceKeyFile,
} from '../../../../src/storage/node/key-file.ts';
import { sealedStorage } from '../../../../src/storage/sealed.ts';
import { sqliteStorage } from '../../../../src/storage/sqlite.ts';
import type { PowerAuthStorage } from '../../../../src/storage/types.ts';
import { buildChild, Child } from '../../../helpers/child.ts';
import { testSqliteStorage } from '../../../helpers/sqlite.ts';
import { rejection, temporaryFolder } from '../../../helpers/storage.ts';

const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);

/** A storage on `folder`, sealed with the folder's own key. */
function ownKeyStorage(folder: string): PowerAuthStorage {
  const storage = testSqliteStorage(folder);
  return sealedStorage(storage, async () => readOrCreateKeyFile(folder));
}

test('is made once, for its owner alone, in a folder for its owner alone', async () => {
  const folder = join(await temporaryFolder(), 'new', 'folder');
  await readOrCreateKeyFile(folder);
  const file = join(folder, 'sealing.key');
  const first = readFileSync(file);
  expect(first.length).toBe(32);
  expect(first.equals(Buffer.alloc(32))).toBe(false);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const key = await readOrCreateKeyFile(folder);
  expect(key).toMatchObject({ extractable: false });
  expect(readFileSync(file).equals(first)).toBe(true);
  expect(readdirSync(folder)).toEqual(['sealing.key']);
});

test('is made by the storage only when something is sealed', async () => {
  const folder = await temporaryFolder();
  const storage = testSqliteStorage(folder);
  const sealed = sealedStorage(storage, () => storage.sealingKey?.() ?? Promise.reject(new Error('no key')));
  expect(await sealed.get('key')).toBeUndefined();
  expect(existsSync(join(folder, 'sealing.key'))).toBe(false);
  await sealed.set('key', new Uint8Array(1));
  expect(existsSync(join(folder, 'sealing.key'))).toBe(true);
});

test('is the same for eight processes that begin at once', async () => {
  const script = await buildChild(new URL('../storage-child.ts', import.meta.url));
  const folder = await temporaryFolder();
  const ids = Array.from({ length: 8 }, (_, i) => `process ${i}`);
  await Promise.all(ids.map((id) => new Child(script, 'seal', `sqlite:${folder}`, id).done()));
  const sealed = ownKeyStorage(folder);
  for (const id of ids) expect(text(await sealed.get(id))).toBe(`secret of ${id}`);
  expect(readdirSync(folder).sort()).toEqual([
    'powerauth.db',
    'powerauth.db-shm',
    'powerauth.db-wal',
    'sealing.key',
  ]);
});

test.each([0o640, 0o604, 0o620, 0o666, 0o610])('is refused with mode %o', async (mode) => {
  const folder = await temporaryFolder();
  await readOrCreateKeyFile(folder);
  const file = join(folder, 'sealing.key');
  chmodSync(file, mode);
  const error = await rejection(readOrCreateKeyFile(folder));
  expect(error).toMatchObject({ name: 'PowerAuthError', code: 'UNKNOWN_ERROR' });
  expect(error.message).toContain(`chmod 600 ${file}`);
  chmodSync(file, 0o600);
  await readOrCreateKeyFile(folder);
});

test.each([0, 31, 33, 64])('is refused with %i bytes, and left as it is', async (length) => {
  const folder = await temporaryFolder();
  const file = join(folder, 'sealing.key');
  writeFileSync(file, Buffer.alloc(length, 5), { mode: 0o600 });
  const error = await rejection(readOrCreateKeyFile(folder));
  expect(error).toMatchObject({ code: 'UNKNOWN_ERROR' });
  expect(error.message).toContain(`${file}: expected 32 bytes, got ${length}`);
  expect(readFileSync(file).length).toBe(length);
});

test('is refused when it is a folder, or cannot be made', async () => {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, 'sealing.key'), { mode: 0o700 });
  expect((await rejection(readOrCreateKeyFile(folder))).message).toContain(join(folder, 'sealing.key'));
  writeFileSync(join(folder, 'file'), '');
  const error = await rejection(readOrCreateKeyFile(join(folder, 'file', 'below')));
  expect(error).toMatchObject({ name: 'PowerAuthError', code: 'UNKNOWN_ERROR' });
});

test('that was removed: the records say so, stay, and open again when it is put back', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'sealing.key');
  await ownKeyStorage(folder).set('key', new TextEncoder().encode('mine'));
  renameSync(file, `${file}.saved`);
  const error = await rejection(ownKeyStorage(folder).get('key'));
  expect(error).toMatchObject({ code: 'INVALID_ACTIVATION_DATA' });
  expect(error.message).toMatch(/"key".*sealed with another key; was the key file removed/);
  rmSync(file);
  renameSync(`${file}.saved`, file);
  expect(text(await ownKeyStorage(folder).get('key'))).toBe('mine');
});

describe('another key', () => {
  const bytesOf = (folder: string, name = 'sealing.key') => readFileSync(join(folder, name));
  const idsOf = async (keys: CryptoKey | readonly CryptoKey[]) => {
    const list = Array.isArray(keys) ? (keys as readonly CryptoKey[]) : [keys as CryptoKey];
    return Promise.all(
      list.map(async (key) =>
        Buffer.from(
          await crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, new Uint8Array(0)),
        ).toString('hex'),
      ),
    );
  };

  test('takes the place of the first; both are there in the meantime, each a whole file for its owner alone', async () => {
    const folder = await temporaryFolder();
    const before = await readOrCreateKeyFile(folder);
    const old = bytesOf(folder);
    let meanwhile: string[] = [];
    await replaceKeyFile(folder, async () => {
      meanwhile = await idsOf(await readOrCreateKeyFile(folder));
      expect(bytesOf(folder).equals(old)).toBe(true);
      expect(readdirSync(folder).sort()).toEqual(['sealing.key', 'sealing.key.next']);
      expect(statSync(join(folder, 'sealing.key.next')).mode & 0o777).toBe(0o600);
    });
    const after = await idsOf(await readOrCreateKeyFile(folder));
    expect(meanwhile).toEqual([...after, ...(await idsOf(before))]);
    expect(bytesOf(folder).equals(old)).toBe(false);
    expect(readdirSync(folder)).toEqual(['sealing.key']);
    expect(statSync(join(folder, 'sealing.key')).mode & 0o777).toBe(0o600);
  });

  test('is the same one after a failure half way', async () => {
    const folder = await temporaryFolder();
    const error = new Error('the disk is full');
    await expect(replaceKeyFile(folder, () => Promise.reject(error))).rejects.toBe(error);
    const [next, old] = await idsOf(await readOrCreateKeyFile(folder));
    await replaceKeyFile(folder, async () => {
      expect(await idsOf(await readKeyFileAgain(folder))).toEqual([next, old]);
    });
    expect(await idsOf(await readKeyFileAgain(folder))).toEqual([next]);
  });

  test.each(['gone', 'another one'])('that is %s afterwards does not take its place', async (what) => {
    const folder = await temporaryFolder();
    await readOrCreateKeyFile(folder);
    const theirs = Buffer.alloc(32, 7);
    const next = join(folder, 'sealing.key.next');
    const outcome = await rejection(
      replaceKeyFile(folder, async () => {
        // Somebody else ends the work, and begins again with a third key.
        renameSync(next, join(folder, 'sealing.key'));
        if (what === 'another one') {
          rmSync(join(folder, 'sealing.key'));
          writeFileSync(join(folder, 'sealing.key'), Buffer.alloc(32, 6), { mode: 0o600 });
          writeFileSync(next, theirs, { mode: 0o600 });
        }
      }),
    );
    expect(outcome).toMatchObject({ name: 'PowerAuthError', code: 'UNKNOWN_ERROR' });
    expect(outcome.message).toMatch(
      /sealing\.key\.next was replaced by another process in the meantime.*Call again/,
    );
    expect(existsSync(join(folder, 'sealing.key'))).toBe(true);
    expect(existsSync(next)).toBe(what === 'another one');
    if (what === 'another one') expect(bytesOf(folder, 'sealing.key.next').equals(theirs)).toBe(true);
  });

  test('leaves nothing of the former one that a process has left which died while it made it', async () => {
    const folder = await temporaryFolder();
    await readOrCreateKeyFile(folder);
    for (const name of ['sealing.key', 'sealing.key.next']) {
      linkSync(join(folder, 'sealing.key'), join(folder, `${name}.${randomUUID()}.tmp`));
    }
    writeFileSync(join(folder, 'sealing.key.saved'), 'of the user');
    await replaceKeyFile(folder, async () => undefined);
    expect(readdirSync(folder).sort()).toEqual(['sealing.key', 'sealing.key.saved']);
  });

  test('is not made in the place of one that was there and is lost', async () => {
    const folder = await temporaryFolder();
    const storage = sqliteStorage({ path: folder });
    onTestFinished(() => storage.close());
    await storage.sealingKey?.();
    rmSync(join(folder, 'sealing.key'));
    const error = await rejection(Promise.resolve(storage.sealingKey?.()));
    expect(error).toMatchObject({ code: 'UNKNOWN_ERROR' });
    expect(error.message).toContain(`Cannot read sealing key ${join(folder, 'sealing.key')}: there is none`);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that others may read is refused', async () => {
    const folder = await temporaryFolder();
    await expect(replaceKeyFile(folder, () => Promise.reject(new Error('half way')))).rejects.toThrow();
    chmodSync(join(folder, 'sealing.key.next'), 0o644);
    const error = await rejection(readOrCreateKeyFile(folder));
    expect(error.message).toContain(`chmod 600 ${join(folder, 'sealing.key.next')}`);
  });
});
