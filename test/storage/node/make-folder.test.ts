import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../../../src/storage/node/make-folder.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

test('makes those above, too, for nobody else; what is there stays as it is', async () => {
  const above = join(await temporaryFolder(), 'a');
  mkdirSync(above, { mode: 0o755 });
  const folder = join(above, 'b', 'c');
  await Promise.all([makeFolder(folder), makeFolder(folder)]);
  await makeFolder(folder);
  if (process.platform === 'win32') return;
  const modes = [above, join(above, 'b'), folder].map((path) => statSync(path).mode & 0o777);
  expect(modes).toEqual([0o755, 0o700, 0o700]);
});

test('fails where a file is in the way', async () => {
  const file = join(await temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(file, 'folder'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test.runIf(process.platform === 'linux')('fails where nothing can be made', async () => {
  await expect(makeFolder('/proc/a/b')).rejects.toMatchObject({ code: 'ENOENT' });
});
