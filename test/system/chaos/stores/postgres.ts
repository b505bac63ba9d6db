/** A PostgreSQL primary with a synchronous standby, behind one address. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../../helpers/network.mjs';
import { PostgresServer } from '../../../helpers/postgres-server.mjs';
import { Relay } from '../../../helpers/relay.mjs';
import { relayFaults } from './relayed.ts';
import type { ServerFault, StartStore } from './store.ts';

/** A standby must confirm each commit, whichever server is the primary. */
const SETTINGS = [
  'synchronous_commit=on',
  'synchronous_standby_names=*',
  'wal_receiver_timeout=4s',
  'wal_sender_timeout=4s',
];

/** How long a standby may take to follow its primary, in ms. */
const FOLLOW_MS = 30_000;

/** How long a primary goes on by itself before its standby takes its place, in ms: at least. */
const LOST_MS = 1000;

const startOn = (machine: Machine, from?: PostgresServer): Promise<PostgresServer> =>
  PostgresServer.start({
    settings: SETTINGS,
    ...(from && { from }),
    ...(machine.under.length > 0 && { host: machine.address, under: machine.under }),
  });

export const startPostgres: StartStore = async (network) => {
  const machines: [Machine, Machine] = [await network.machine('db 1'), await network.machine('db 2')];
  let [here, there] = machines;
  let primary = await startOn(here);
  let standby = await startOn(there, primary);
  const front = network.address('front');
  const target = (): { host: string; port: number } => ({ host: primary.host, port: primary.port });
  const relay = await Relay.start(target(), front.address);

  const settle = async (): Promise<void> => {
    for (const until = performance.now() + FOLLOW_MS; performance.now() < until;) {
      const [row] = await primary.ask('SELECT sync_state FROM pg_stat_replication').catch(() => []);
      if (row?.['sync_state'] === 'sync') return;
      await sleep(100);
    }
    throw new Error('the standby does not follow the primary');
  };
  const faults: ServerFault[] = [
    {
      name: 'primary crashed',
      run: async (hold) => {
        await primary.stop('SIGQUIT');
        await hold();
        await primary.start();
      },
    },
    {
      name: 'standby crashed',
      run: async (hold) => {
        await standby.stop('SIGQUIT');
        await hold();
        await standby.start();
      },
    },
    {
      name: 'standby promoted',
      run: async (hold) => {
        await settle();
        // What it commits from here on, the other one never sees.
        const mend = network.hasMachines ? network.cut(here, there) : undefined;
        await hold(LOST_MS);
        await primary.stop('SIGQUIT');
        await standby.promote();
        // Not before: the system still sends what a dead process has written.
        mend?.();
        const old = primary;
        primary = standby;
        relay.lead(target());
        relay.drop();
        await old.close();
        [here, there] = [there, here];
        standby = await startOn(there, primary);
      },
    },
  ];
  if (network.hasMachines) {
    faults.push({
      name: 'primary and standby apart',
      run: async (hold) => {
        const mend = network.cut(here, there);
        await hold();
        mend();
      },
    });
  }
  await settle();
  return {
    title: 'PostgreSQL with a synchronous standby',
    place: { postgres: { connectionString: `postgres://postgres@${front.address}:${relay.port}/postgres` } },
    addresses: [front],
    faults: [...faults, ...relayFaults(network, relay)],
    settle,
    close: async () => {
      await relay.close();
      await Promise.all([primary.close(), standby.close()]);
    },
  };
};
