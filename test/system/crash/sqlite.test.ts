import { describeWithSqlite, testSqliteStore } from '../../helpers/sqlite.ts';
import { testCrashes } from './suite.ts';

describeWithSqlite('sqlite', () => testCrashes('sqlite', testSqliteStore));
