/** What happens to Redis servers that replicas can replace. */

import type { Machine, Network } from '../../../helpers/network.mjs';
import type { RedisServer } from '../../../helpers/redis-server.mjs';
import type { ServerFault } from './store.ts';

/** After this time a primary has been replaced, in ms. */
const REPLACED_MS = 4000;

export interface Replicated {
  readonly network: Network;
  readonly machines: readonly Machine[];
  readonly addressOf: (server: RedisServer) => Machine | undefined;
  /** One that is a primary now. */
  readonly primary: () => Promise<RedisServer>;
  /** One that is a replica now. */
  readonly replica: () => Promise<RedisServer>;
  readonly settle: () => Promise<void>;
}

export function redisFaults(servers: Replicated): ServerFault[] {
  const { network, machines, addressOf, primary, replica, settle } = servers;
  const killed = (name: string, choose: () => Promise<RedisServer>, least = 0): ServerFault => ({
    name,
    run: async (hold) => {
      await settle();
      const server = await choose();
      await server.stop('SIGKILL');
      await hold(least);
      await server.start();
    },
  });
  const frozen: ServerFault = {
    name: 'primary frozen',
    run: async (hold) => {
      await settle();
      const server = await primary();
      server.pause();
      await hold(REPLACED_MS);
      server.resume();
    },
  };
  /** Clients still reach it, and it doesn't know of its successor. */
  const alone: ServerFault = {
    name: 'primary cut off from its replicas',
    run: async (hold) => {
      await settle();
      const own = addressOf(await primary());
      if (own === undefined) return;
      const mends = machines.filter((other) => other !== own).map((other) => network.cut(own, other));
      await hold(REPLACED_MS);
      for (const mend of mends) mend();
    },
  };
  return [
    killed('primary killed', primary, REPLACED_MS),
    killed('replica killed', replica),
    frozen,
    ...(network.hasMachines ? [alone] : []),
  ];
}
