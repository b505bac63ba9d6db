/** A primary with two replicas, each on its own machine with a sentinel. */

import type { Machine } from '../../../helpers/network.mjs';
import type { RedisServer } from '../../../helpers/redis-server.mjs';
import { RedisSentinel } from '../../../helpers/redis-sentinel.mjs';
import { redisFaults } from './redis-faults.ts';
import { patiently, type StartStore } from './store.ts';

const SERVERS = 3;

export const startRedisSentinel: StartStore = async (network, { random, isDurable }) => {
  const machines: Machine[] = [];
  for (let i = 1; i <= SERVERS; i++) machines.push(await network.machine(`server ${i}`));
  const watched = await RedisSentinel.start({ machines, downAfter: 1500 });
  const settle = (): Promise<void> => patiently(() => watched.settled());
  const replica = async (): Promise<RedisServer> => {
    const primary = await patiently(() => watched.primary());
    const replicas = watched.servers.filter((server) => server !== primary);
    return replicas[Math.floor(random() * replicas.length)] ?? primary;
  };
  const addressOf = (server: RedisServer) => machines[watched.servers.indexOf(server)];
  const primary = (): Promise<RedisServer> => patiently(() => watched.primary());
  return {
    title: `Redis Sentinel, a primary with two replicas; writes wait for ${isDurable ? 'both' : 'nobody'}`,
    place: {
      // Any replica may be promoted, so both must have what was confirmed.
      redis: {
        sentinel: watched.settings,
        ...(isDurable && { durability: { replicas: SERVERS - 1, timeoutMs: 2000 } }),
      },
    },
    addresses: machines,
    faults: redisFaults({ network, machines, addressOf, primary, replica, settle }),
    settle,
    close: () => watched.close(),
  };
};
