import { testStorageMachines } from '../../../conformance/storage-machines.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { testRedisStore } from '../../../helpers/redis.ts';

describeWith('redis', 'on a Redis server', () => testStorageMachines(testRedisStore));
