import { DEEP } from '../../helpers/deep.ts';
import { testPostgresStore } from '../../helpers/postgres.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testRequests } from './requests.ts';
import { testFleet } from './suite.ts';

describeWith('postgres', 'on a PostgreSQL server', () => {
  testFleet(testPostgresStore);
  if (DEEP) testRequests(testPostgresStore);
});
