import { testStorageMachines } from '../../../conformance/storage-machines.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { testPostgresStore } from '../../../helpers/postgres.ts';

describeWith('postgres', 'on a PostgreSQL server', () => testStorageMachines(testPostgresStore));
