/**
 * A Redis Cluster of one's own, on free ports of this machine.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { freePort } from './free-port.mjs';
import { RedisServer } from './redis-server.mjs';

/** Milliseconds that it may take until all nodes agree. */
const AGREE = 20_000;
const SLOTS = 16_384;

/**
 * Sends a command as an administrator would.
 *
 * @param {{ readonly url: string }} server
 * @param {...string} command
 * @returns {Promise<any>}
 */
export async function ask(server, ...command) {
  return connected(server, (client) => client.sendCommand(command));
}

/**
 * Waits until replicas have everything that was written so far. A replica whose link is up gets nothing before it has
 * acknowledged its first copy, which may be a second later.
 *
 * @param {{ readonly url: string }} server their primary
 * @param {number} [replicas] how many
 */
export async function untilCopied(server, replicas = 1) {
  await connected(server, async (client) => {
    await client.sendCommand(['SET', 'copied', '']);
    await client.sendCommand(['DEL', 'copied']);
    const copies = Number(await client.sendCommand(['WAIT', String(replicas), String(AGREE)]));
    if (copies < replicas) throw new Error(`expected ${replicas} copies within ${AGREE} ms, got ${copies}`);
  });
}

/**
 * @template T
 * @param {{ readonly url: string }} server
 * @param {(client: { sendCommand(command: string[]): Promise<any> }) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function connected(server, work) {
  const client = await createClient({
    url: server.url,
    socket: { reconnectStrategy: false, connectTimeout: 20_000 },
    disableOfflineQueue: true,
  })
    .on('error', () => undefined)
    .connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

/**
 * Options of a server on a machine; on this one without.
 *
 * @param {Pick<import('./network.mjs').Machine, 'address' | 'under'> | undefined} machine
 */
export const on = (machine) => (machine === undefined ? {} : { host: machine.address, under: machine.under });

/**
 * A node, as CLUSTER NODES describes it.
 *
 * @typedef {{ id: string, port: number, isPrimary: boolean, isFailing: boolean, primary: string, slots: [number, number][] }} NodeState
 */

/**
 * @param {RedisServer} server
 * @returns {Promise<NodeState[]>}
 */
async function nodesSeenBy(server) {
  const text = String(await ask(server, 'CLUSTER', 'NODES'));
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', address = '', flags = '', primary = '', , , , , ...slots] = line.split(' ');
      return {
        id,
        port: Number(/:(\d+)@/.exec(address)?.[1]),
        isPrimary: flags.includes('master'),
        isFailing: /fail|handshake|noaddr/.test(flags),
        primary,
        slots: slots
          .filter((range) => !range.startsWith('['))
          .map((range) => {
            const [first = '', last = first] = range.split('-');
            return [Number(first), Number(last)];
          }),
      };
    });
}

/** Primaries that share the slots, and replicas of each. */
export class RedisCluster {
  /** @type {RedisServer[]} */
  servers = [];

  /**
   * Starts a cluster. The caller closes it.
   *
   * @param {{ shards?: number, replicas?: number, nodeTimeout?: number, args?: readonly string[], machines?: readonly Pick<import('./network.mjs').Machine, 'address' | 'under'>[] }} [options]
   *   `replicas`: of each primary; `nodeTimeout`: after how many ms a silent primary is replaced; `args`: more
   *   settings; `machines`: where the servers run
   * @returns {Promise<RedisCluster>}
   * @throws {StepError} when Redis is not on this machine
   */
  static async start({ shards = 3, replicas = 1, nodeTimeout = 1000, args = [], machines = [] } = {}) {
    const cluster = new RedisCluster();
    try {
      cluster.servers = await Promise.all(
        Array.from({ length: shards * (1 + replicas) }, async (_, i) =>
          RedisServer.start({
            ...on(machines[i]),
            args: [
              ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'],
              ...['--cluster-port', String(await freePort()), '--cluster-node-timeout', String(nodeTimeout)],
              // A replica that was cut off for a while may be promoted all the same.
              ...['--cluster-replica-validity-factor', '0'],
              ...args,
            ],
          }),
        ),
      );
      await cluster.#join(shards);
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** For clients: each node as `{ url }`. */
  get rootNodes() {
    return this.servers.map(({ url }) => ({ url }));
  }

  /**
   * The nodes as those see them that are running.
   *
   * @returns {Promise<NodeState[]>}
   */
  async nodes() {
    let error;
    for (const server of this.servers) {
      if (server.pid === undefined) continue;
      try {
        return await nodesSeenBy(server);
      } catch (cause) {
        error = cause;
      }
    }
    throw error ?? new Error('no node is running');
  }

  /**
   * The server that serves a slot.
   *
   * @param {number} slot
   * @returns {Promise<RedisServer>}
   */
  async primaryOf(slot) {
    const found = (await this.nodes()).find(
      ({ isPrimary, slots }) => isPrimary && slots.some(([first, last]) => slot >= first && slot <= last),
    );
    return this.serverOf(found?.port);
  }

  /**
   * The replicas of a primary.
   *
   * @param {RedisServer} primary
   * @returns {Promise<RedisServer[]>}
   */
  async replicasOf(primary) {
    const nodes = await this.nodes();
    const id = nodes.find(({ port }) => port === primary.port)?.id;
    return nodes.filter((node) => node.primary === id).map(({ port }) => this.serverOf(port));
  }

  /**
   * @param {number | undefined} port
   * @returns {RedisServer}
   */
  serverOf(port) {
    const server = this.servers.find((each) => each.port === port);
    if (server === undefined) throw new Error(`no node listens on port ${port}`);
    return server;
  }

  /**
   * Moves a slot with its keys to another primary, as `redis-cli --cluster reshard` does.
   *
   * @param {number} slot
   * @param {RedisServer} to
   * @param {{ inTheMiddle?: () => Promise<void> }} [options] `inTheMiddle` runs after the keys have moved
   */
  async moveSlot(slot, to, { inTheMiddle } = {}) {
    const from = await this.primaryOf(slot);
    if (from === to) return;
    const [fromId, toId] = await Promise.all([from, to].map((server) => ask(server, 'CLUSTER', 'MYID')));
    await ask(to, 'CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', String(fromId));
    await ask(from, 'CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', String(toId));
    for (;;) {
      const keys = /** @type {string[]} */ (await ask(from, 'CLUSTER', 'GETKEYSINSLOT', String(slot), '10'));
      if (keys.length === 0) break;
      const target = [to.host, String(to.port), '', '0', '5000'];
      await ask(from, 'MIGRATE', ...target, 'KEYS', ...keys.map(String));
    }
    await inTheMiddle?.();
    for (const server of [to, from])
      await ask(server, 'CLUSTER', 'SETSLOT', String(slot), 'NODE', String(toId));
  }

  /**
   * Waits until all nodes that run agree on who serves all slots, and every replica follows its primary.
   *
   * @param {{ replicas?: boolean }} [options] `replicas`: whether replicas are waited for
   */
  async settled({ replicas = true } = {}) {
    const deadline = performance.now() + AGREE;
    for (;;) {
      const running = this.servers.filter(({ pid }) => pid !== undefined);
      const isSettled = await Promise.all(
        running.map(async (server) => {
          const info = String(await ask(server, 'CLUSTER', 'INFO'));
          const replication = String(await ask(server, 'INFO', 'replication'));
          if (!/cluster_state:ok/.test(info)) return false;
          if (!replicas || /role:master/.test(replication)) return true;
          return /master_link_status:up/.test(replication);
        }),
      ).then(
        (all) => all.every(Boolean),
        () => false,
      );
      if (isSettled) return;
      if (performance.now() > deadline) throw new Error('the cluster did not settle');
      await sleep(20);
    }
  }

  /** Ends it and removes its data. */
  async close() {
    await Promise.all(this.servers.map((server) => server.close()));
  }

  /** @param {number} shards */
  async #join(shards) {
    const [first, ...others] = this.servers;
    if (first === undefined) return;
    const share = (/** @type {number} */ i) => Math.floor((i * SLOTS) / shards);
    await Promise.all(
      this.servers.map(async (server, i) => {
        await ask(server, 'CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1));
        if (i < shards) {
          await ask(server, 'CLUSTER', 'ADDSLOTSRANGE', String(share(i)), String(share(i + 1) - 1));
        }
      }),
    );
    for (const server of others) {
      const bus = String(/** @type {readonly string[]} */ (server.args)[5]);
      await ask(first, 'CLUSTER', 'MEET', server.host, String(server.port), bus);
    }
    const ids = await Promise.all(this.servers.map((server) => ask(server, 'CLUSTER', 'MYID')));
    const deadline = performance.now() + AGREE;
    // A replica must know its primary.
    for (const [i, server] of this.servers.entries()) {
      for (;;) {
        const known = await nodesSeenBy(server);
        if (known.length === this.servers.length && known.every(({ isFailing }) => !isFailing)) break;
        if (performance.now() > deadline) throw new Error('the nodes did not meet');
        await sleep(20);
      }
      if (i >= shards) await ask(server, 'CLUSTER', 'REPLICATE', String(ids[i % shards]));
    }
    await this.settled();
  }
}
