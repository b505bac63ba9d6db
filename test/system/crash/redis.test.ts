import { describeWith } from '../../helpers/programs.ts';
import { testRedisStore } from '../../helpers/redis.ts';
import { testCrashes } from './suite.ts';

describeWith('redis', 'on a Redis server', () => testCrashes('redis', testRedisStore));
