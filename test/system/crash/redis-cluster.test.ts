import { describeWith } from '../../helpers/programs.ts';
import { testClusterStore } from '../../helpers/redis.ts';
import { testCrashes } from './suite.ts';

describeWith('redis', 'in a Redis Cluster', () => testCrashes('redis-cluster', testClusterStore));
