import { testPostgresStore } from '../../helpers/postgres.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testFleet } from './suite.ts';

describeWith('postgres', 'on a PostgreSQL server', () => testFleet(testPostgresStore));
