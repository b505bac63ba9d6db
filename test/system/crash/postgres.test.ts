import { testPostgresStore } from '../../helpers/postgres.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testCrashes } from './suite.ts';

describeWith('postgres', 'on a PostgreSQL server', () => testCrashes('postgres', testPostgresStore));
