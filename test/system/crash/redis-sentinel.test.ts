import { describeWith } from '../../helpers/programs.ts';
import { testSentinelStore } from '../../helpers/redis.ts';
import { testCrashes } from './suite.ts';

describeWith('redis', 'behind Redis Sentinel', () => testCrashes('redis-sentinel', testSentinelStore));
