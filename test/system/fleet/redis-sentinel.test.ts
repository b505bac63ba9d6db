import { describeWith } from '../../helpers/programs.ts';
import { testSentinelStore } from '../../helpers/redis.ts';
import { testFleet } from './suite.ts';

describeWith('redis', 'on the primary that Sentinel names', () => testFleet(testSentinelStore));
