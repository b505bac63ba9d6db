import { describeWith } from '../../helpers/programs.ts';
import { testClusterStore } from '../../helpers/redis.ts';
import { testFleet } from './suite.ts';

describeWith('redis', 'in a Redis Cluster', () => testFleet(testClusterStore));
