import { describeWithSqlite, testSqliteStore } from '../../helpers/sqlite.ts';
import { testFleet } from './suite.ts';

describeWithSqlite('sqlite', () => testFleet(testSqliteStore));
