import { testStorageProcesses } from '../conformance/storage-processes.ts';
import { testLmdbStore } from '../helpers/storage.ts';

testStorageProcesses(testLmdbStore);
