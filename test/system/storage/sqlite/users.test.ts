/** A folder belongs to one user. Others, root among them, are refused and leave no trace. */
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { sqliteEngine } from '../../../../src/storage/sqlite/engine.ts';
import { buildChild, Child } from '../../../helpers/child.ts';
import { describeWithSqlite, testSqliteStorage } from '../../../helpers/sqlite.ts';
import { rejection, temporaryFolder } from '../../../helpers/storage.ts';

const OWNER = '65534';
const OTHER = '65533';

/** What a folder and its files are: whose, for whom, and what is in them. */
function traceOf(folder: string): unknown[] {
  const names = ['', ...readdirSync(folder).sort()];
  return names.map((name) => {
    const { uid, gid, mode, mtimeMs } = lstatSync(join(folder, name));
    return [
      name,
      uid,
      gid,
      mode,
      mtimeMs,
      name === '' ? '' : hash('sha256', readFileSync(join(folder, name))),
    ];
  });
}

// Only root can be several users. Run by another one these tests would show nothing.
describe.skipIf(process.getuid?.() !== 0)('(needs root, to be several users)', () => {
  let script: string;

  beforeAll(async () => {
    script = await buildChild(new URL('./places-child.ts', import.meta.url));
  });

  /** What one user's process makes of a folder: nothing when all is well. */
  async function useAs(user: string, folder: string): Promise<unknown> {
    const child = new Child(script, 'use', folder, user);
    const told = await child.receive();
    await child.done();
    return told;
  }

  /** A folder with a store of the owner's, in one that all may enter. */
  async function ownersStore(): Promise<string> {
    const parent = await temporaryFolder();
    chmodSync(parent, 0o755);
    const folder = join(parent, 'store');
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, Number(OWNER), Number(OWNER));
    expect(await useAs(OWNER, folder)).toBe('value');
    return folder;
  }

  const refusal = (message: RegExp): unknown => ({
    code: 'UNKNOWN_ERROR',
    message: expect.stringMatching(message) as string,
  });

  describeWithSqlite('a store of one user', () => {
    test('is no other one’s, whether the folder may be entered or not', async () => {
      const folder = await ownersStore();
      let before = traceOf(folder);
      expect(await useAs(OTHER, folder)).toEqual(
        refusal(/no permission; let this user read and write there/),
      );
      expect(traceOf(folder)).toEqual(before);
      chmodSync(folder, 0o755);
      before = traceOf(folder);
      expect(await useAs(OTHER, folder)).toEqual(
        refusal(/no permission; let this user read and write there/),
      );
      expect(traceOf(folder)).toEqual(before);
      // A user who lets others write there is told before anything is believed.
      chmodSync(folder, 0o777);
      before = traceOf(folder);
      expect(await useAs(OTHER, folder)).toEqual(
        refusal(/belongs to another user \(uid 65534, this is 65533\)/),
      );
      expect(await useAs(OWNER, folder)).toEqual(refusal(/others may write there \(mode 0777\).*chmod go-w/));
      expect(traceOf(folder)).toEqual(before);
      chmodSync(folder, 0o700);
      expect(await useAs(OWNER, folder)).toBe('value');
    });

    test('is refused by root, which makes nothing there that the owner could not open', async () => {
      const folder = await ownersStore();
      const before = traceOf(folder);
      const storage = testSqliteStorage(folder);
      expect(await rejection(storage.get('key'))).toMatchObject(
        refusal(/belongs to another user \(uid 65534, this is 0\).*chown 0/) as object,
      );
      expect(await rejection(storage.sealingKey?.() ?? Promise.resolve())).toMatchObject(
        refusal(/belongs to another user/) as object,
      );
      expect(traceOf(folder)).toEqual(before);
    });

    test('can be opened by its owner while root looks into it with a tool, and after', async () => {
      const folder = await ownersStore();
      const database = new (sqliteEngine().Database)(join(folder, 'powerauth.db'), { timeout: 0 });
      expect(database.prepare('SELECT count(*) AS n FROM records').get()).toEqual({ n: 1 });
      // SQLite gives the files that root makes to the owner of the database.
      const owners = readdirSync(folder).map((name) => [name, lstatSync(join(folder, name)).uid]);
      expect(owners.sort()).toEqual(['', '-shm', '-wal'].map((end) => [`powerauth.db${end}`, Number(OWNER)]));
      expect(await useAs(OWNER, folder)).toBe('value');
      database.close();
      expect(await useAs(OWNER, folder)).toBe('value');
    });

    test('of files that root has made says so, and works when they are given to its user', async () => {
      const parent = await temporaryFolder();
      chmodSync(parent, 0o755);
      const folder = join(parent, 'store');
      const storage = testSqliteStorage(folder);
      await storage.set('key', Buffer.from('value'));
      await storage.close();
      chownSync(folder, Number(OWNER), Number(OWNER));
      const before = traceOf(folder);
      expect(await useAs(OWNER, folder)).toEqual(
        refusal(/no permission; let this user read and write there/),
      );
      expect(traceOf(folder)).toEqual(before);
      for (const name of readdirSync(folder)) chownSync(join(folder, name), Number(OWNER), Number(OWNER));
      expect(await useAs(OWNER, folder)).toBe('value');
    });
  });
});
