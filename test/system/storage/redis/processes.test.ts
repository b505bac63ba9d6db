import { testStorageProcesses } from '../../../conformance/storage-processes.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { testRedisStore } from '../../../helpers/redis.ts';

describeWith('redis', 'on a Redis server', () => testStorageProcesses(testRedisStore));
