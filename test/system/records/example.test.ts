/** The program of docs/storage.md, run on the built package. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import { RecordKeys } from '../../../src/session/record-keys.ts';
import { describeWithSqlite, testSqliteStorage } from '../../helpers/sqlite.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { root, runNode } from '../package/support.ts';
import { madeUpToken, recordsOf } from '../../records/store.ts';

describeWithSqlite('docs/storage.md', () => {
  test('lists a store, copies it, repeats that, and reseals the copy', async () => {
    const guide = await readFile(join(root, 'docs/storage.md'), 'utf8');
    const program = /<!-- example:records -->\s*```js\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
    const folder = join(root, 'build/examples');
    await mkdir(folder, { recursive: true });
    // In the package's own folder, which may import itself by name.
    const file = join(folder, 'records.mjs');
    await writeFile(file, program);

    const [path, copy] = [await temporaryFolder(), join(await temporaryFolder(), 'copy')];
    const storage = testSqliteStorage(path);
    const sealed = sealedStorage(storage, async () => (await storage.sealingKey?.()) ?? []);
    for (const name of ['api', 'statements']) {
      await sealed.set(new RecordKeys('gateway').token(name), madeUpToken('gateway', name, 'x'));
    }
    const lines = async () => (await runNode([file, path, copy], root)).trim().split('\n').sort();
    expect(await lines()).toEqual([
      '2 copied, 0 there already',
      '2 under a new key',
      'token gateway api',
      'token gateway statements',
    ]);
    expect(await lines()).toContain('0 copied, 2 there already');
    expect(await recordsOf({ storage: testSqliteStorage(copy) })).toHaveLength(2);
  });
});
