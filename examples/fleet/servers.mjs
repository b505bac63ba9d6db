// The servers that keep the store, each on its own machine, and what a machine of the fleet is told to find them.
import { PostgresServer } from '../../test/helpers/postgres-server.mjs';
import { RedisCluster } from '../../test/helpers/redis-cluster.mjs';
import { RedisServer } from '../../test/helpers/redis-server.mjs';
import { Relay } from '../../test/helpers/relay.mjs';

/** Starts the servers of a driver. `optionsFor(find)` are the options of its storage; `find` says how to reach a server. */
export const DRIVERS = {
  async redis(network) {
    const machine = await network.machine('redis');
    const server = await RedisServer.start({ host: machine.address, under: machine.under });
    return {
      title: 'a Redis server',
      servers: [server],
      machines: [machine],
      optionsFor: (find) => ({ url: `redis://${addressOf(find(server))}`, prefix: 'fleet-example' }),
      close: () => server.close(),
    };
  },

  async 'redis-cluster'(network) {
    const machines = [];
    for (let i = 1; i <= 6; i++) machines.push(await network.machine(`node ${i}`));
    const cluster = await RedisCluster.start({ machines });
    const { servers } = cluster;
    return {
      title: 'a Redis Cluster, three primaries with a replica each',
      servers,
      machines,
      optionsFor: (find) => ({
        cluster: {
          rootNodes: servers.map((server) => ({ url: `redis://${addressOf(find(server))}` })),
          nodeAddressMap: Object.fromEntries(servers.map((server) => [addressOf(server), find(server)])),
        },
        // A replica must have each write before it counts: it may have to take over.
        durability: { replicas: 1, timeoutMs: 2000 },
        prefix: 'fleet-example',
      }),
      close: () => cluster.close(),
    };
  },

  async postgres(network) {
    const machine = await network.machine('postgres');
    const where = machine.under.length === 0 ? {} : { host: machine.address, under: machine.under };
    const server = await PostgresServer.start(where);
    return {
      title: 'a PostgreSQL server',
      servers: [server],
      machines: [machine],
      optionsFor: (find) => ({ connectionString: `postgres://postgres@${addressOf(find(server))}/postgres` }),
      close: () => server.close(),
    };
  },
};

const addressOf = ({ host, port }) => `${host}:${port}`;

/**
 * A machine's way to the servers, which can be cut: by the network where it has machines, otherwise by relays.
 *
 * @returns the options of its storage, `cut()`, which returns what mends it, and `close()`
 */
export async function wayOf(network, machine, { servers, machines, optionsFor }) {
  if (network.hasMachines) {
    return {
      options: optionsFor(({ host, port }) => ({ host, port })),
      cut() {
        const mends = machines.map((other) => network.cut(machine, other));
        return () => mends.forEach((mend) => mend());
      },
      close: async () => undefined,
    };
  }
  const relays = new Map();
  for (const server of servers)
    relays.set(server, await Relay.start({ host: server.host, port: server.port }));
  const all = [...relays.values()];
  return {
    options: optionsFor((server) => ({ host: '127.0.0.1', port: relays.get(server).port })),
    cut() {
      all.forEach((relay) => relay.cut());
      return () => all.forEach((relay) => relay.mend());
    },
    close: () => Promise.all(all.map((relay) => relay.close())),
  };
}
