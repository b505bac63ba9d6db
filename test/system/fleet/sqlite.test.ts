import { describeWithSqlite, testSqliteStore } from '../../helpers/sqlite.ts';
import { testRequests } from './requests.ts';
import { testFleet } from './suite.ts';

describeWithSqlite('sqlite', () => {
  testFleet(testSqliteStore);
  testRequests(testSqliteStore);
});
