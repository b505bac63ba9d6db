/** One Redis server, which writes its log before it answers. */

import { RedisServer } from '../../../helpers/redis-server.mjs';
import { Relay } from '../../../helpers/relay.mjs';
import { relayFaults } from './relayed.ts';
import type { StartStore } from './store.ts';

export const startRedis: StartStore = async (network) => {
  const machine = await network.machine('redis');
  const server = await RedisServer.start({ host: machine.address, under: machine.under });
  const front = network.address('front');
  const relay = await Relay.start({ host: server.host, port: server.port }, front.address);
  return {
    title: 'one Redis server',
    place: { redis: { url: `redis://${front.address}:${relay.port}` } },
    addresses: [front],
    faults: [
      {
        name: 'server killed',
        run: async (hold) => {
          await server.stop('SIGKILL');
          await hold();
          await server.start();
        },
      },
      {
        name: 'server frozen',
        run: async (hold) => {
          server.pause();
          await hold();
          server.resume();
        },
      },
      ...relayFaults(network, relay),
    ],
    settle: async () => undefined,
    close: async () => {
      await relay.close();
      await server.close();
    },
  };
};
