import { statSync } from 'node:fs';
import { join } from 'node:path';
import { testStorageProcesses } from '../conformance/storage-processes.ts';
import { temporaryFolder, testLmdbStorage } from '../helpers/storage.ts';

testStorageProcesses(async () => {
  const folder = await temporaryFolder();
  return {
    place: folder,
    open: () => testLmdbStorage(folder),
    footprint: async () => statSync(join(folder, 'data.mdb'), { bigint: true }).mtimeNs,
  };
});
