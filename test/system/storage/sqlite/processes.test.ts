import { testStorageProcesses } from '../../../conformance/storage-processes.ts';
import { describeWithSqlite, testSqliteStore } from '../../../helpers/sqlite.ts';

describeWithSqlite('processes', () => testStorageProcesses(testSqliteStore));
