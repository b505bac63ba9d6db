import { testStorageProcesses } from '../../../conformance/storage-processes.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { testClusterStore } from '../../../helpers/redis.ts';

describeWith('redis', 'in a Redis Cluster', () => testStorageProcesses(testClusterStore));
