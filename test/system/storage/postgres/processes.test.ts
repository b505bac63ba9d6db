import { testStorageProcesses } from '../../../conformance/storage-processes.ts';
import { testPostgresStore } from '../../../helpers/postgres.ts';
import { describeWith } from '../../../helpers/programs.ts';

describeWith('postgres', 'on a PostgreSQL server', () => testStorageProcesses(testPostgresStore));
