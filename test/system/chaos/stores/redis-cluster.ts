/** Three primaries with a replica each, every one on its own machine. */

import { RecordKeys } from '../../../../src/session/record-keys.ts';
import { manyParts } from '../../../../src/storage/redis/layout.ts';
import type { Machine } from '../../../helpers/network.mjs';
import type { RedisServer } from '../../../helpers/redis-server.mjs';
import { RedisCluster } from '../../../helpers/redis-cluster.mjs';
import { CHAIN, INSTANCES } from '../news.ts';
import { redisFaults } from './redis-faults.ts';
import { patiently, type StartStore } from './store.ts';

const PREFIX = 'chaos';
const NODES = 6;

/** Slots that are in use. */
const parts = manyParts(PREFIX);
const SLOTS = [CHAIN, ...INSTANCES.map((instanceId) => new RecordKeys(instanceId).activation)].map(
  (key) => parts.of(key).slot,
);

export const startRedisCluster: StartStore = async (network, { random, isDurable }) => {
  const machines: Machine[] = [];
  for (let i = 1; i <= NODES; i++) machines.push(await network.machine(`node ${i}`));
  const cluster = await RedisCluster.start({ machines, nodeTimeout: 1500 });
  const anyOf = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const primary = (): Promise<RedisServer> => patiently(() => cluster.primaryOf(anyOf(SLOTS) ?? 0));
  const replica = async (): Promise<RedisServer> => {
    const of = await primary();
    return anyOf(await patiently(() => cluster.replicasOf(of))) ?? of;
  };
  const settle = (): Promise<void> => patiently(() => cluster.settled());
  const addressOf = (server: RedisServer) => machines[cluster.servers.indexOf(server)];
  return {
    title: `Redis Cluster, 3 primaries with a replica each; writes wait for ${isDurable ? 'it' : 'nobody'}`,
    place: {
      redis: {
        cluster: { rootNodes: cluster.rootNodes },
        prefix: PREFIX,
        ...(isDurable && { durability: { replicas: 1, timeoutMs: 2000 } }),
      },
    },
    addresses: machines,
    faults: [
      ...redisFaults({ network, machines, addressOf, primary, replica, settle }),
      {
        name: 'slot moved',
        run: async (hold) => {
          await settle();
          const slot = anyOf(SLOTS) ?? 0;
          const from = await patiently(() => cluster.primaryOf(slot));
          const nodes = await patiently(() => cluster.nodes());
          const ports = nodes.filter((node) => node.isPrimary).map(({ port }) => port);
          const to = cluster.serverOf(anyOf(ports.filter((port) => port !== from.port)));
          let held: Promise<void> | undefined;
          const inTheMiddle = (): Promise<void> => (held ??= hold());
          await patiently(() => cluster.moveSlot(slot, to, { inTheMiddle }));
        },
      },
    ],
    settle,
    close: () => cluster.close(),
  };
};
