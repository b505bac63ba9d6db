import { testLmdbStore } from '../helpers/storage.ts';
import { testCrashes } from './suite.ts';

testCrashes('lmdb', testLmdbStore);
