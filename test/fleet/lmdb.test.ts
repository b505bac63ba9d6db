import { testLmdbStore } from '../helpers/storage.ts';
import { testFleet } from './suite.ts';

testFleet(testLmdbStore);
