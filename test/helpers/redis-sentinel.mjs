/**
 * A Redis server with replicas, which sentinels watch, on free ports of this machine.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { requireProgram } from './program-files.mjs';
import { ask, on } from './redis-cluster.mjs';
import { endWithUs, RedisServer } from './redis-server.mjs';

/** Milliseconds that it may take until all agree. */
const AGREE = 20_000;
const NAME = 'mymaster';

/** A sentinel's process. */
class Sentinel {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;

  /**
   * @param {number} port
   * @param {string} folder
   * @param {{ host?: string, under?: readonly string[] }} options
   */
  constructor(port, folder, { host = '127.0.0.1', under = [] }) {
    this.port = port;
    this.folder = folder;
    this.host = host;
    this.under = under;
  }

  get url() {
    return `redis://${this.host}:${this.port}`;
  }

  /**
   * @param {RedisServer} primary
   * @param {{ quorum: number, downAfter: number }} options
   */
  async start(primary, { quorum, downAfter }) {
    const file = join(this.folder, 'sentinel.conf');
    const lines = [
      `port ${this.port}`,
      `bind ${this.host}`,
      'protected-mode no',
      `dir ${this.folder}`,
      `sentinel monitor ${NAME} ${primary.host} ${primary.port} ${quorum}`,
      `sentinel down-after-milliseconds ${NAME} ${downAfter}`,
      `sentinel failover-timeout ${NAME} 3000`,
      `sentinel parallel-syncs ${NAME} 2`,
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    const program = join(this.folder, 'redis-sentinel');
    await symlink(resolve(requireProgram('redis')), program);
    const [command = program, ...args] = [...this.under, program, file, '--sentinel'];
    const child = spawn(command, args, { stdio: 'ignore' });
    this.#process = child;
    endWithUs(child);
    child.once('error', () => undefined);
  }

  /** Lets it look and talk more often than every 1, 2 and 10 s: it has much less to do than one in production. */
  async hurry() {
    const periods = ['INFO-PERIOD', 'PUBLISH-PERIOD', 'ASK-PERIOD'].flatMap((name) => [name, '200']);
    const deadline = performance.now() + AGREE;
    for (;;) {
      try {
        return void (await ask(this, 'SENTINEL', 'DEBUG', ...periods));
      } catch (error) {
        // Before 7.0 there is no such command.
        if (/unknown/i.test(String(error))) return;
        if (performance.now() > deadline) throw error;
        await sleep(20);
      }
    }
  }

  async close() {
    const child = this.#process;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A primary, its replicas, and three sentinels. */
export class RedisSentinel {
  /** The primary is the first one, until it is replaced. @type {RedisServer[]} */
  servers = [];
  /** @type {Sentinel[]} */
  sentinels = [];

  /**
   * Starts all of them. The caller closes them.
   *
   * @param {{ replicas?: number, downAfter?: number, args?: readonly string[], machines?: readonly Pick<import('./network.mjs').Machine, 'address' | 'under'>[] }} [options]
   *   `downAfter`: after how many ms a silent primary is replaced; `args`: more settings of the servers; `machines`:
   *   where the servers run, each with a sentinel
   * @returns {Promise<RedisSentinel>}
   * @throws {StepError} when Redis is not on this machine
   */
  static async start({ replicas = 2, downAfter = 1000, args = [], machines = [] } = {}) {
    const all = new RedisSentinel();
    try {
      const primary = await RedisServer.start({ ...on(machines[0]), args });
      all.servers.push(primary);
      const followers = await Promise.all(
        Array.from({ length: replicas }, (_, i) =>
          RedisServer.start({
            ...on(machines[i + 1]),
            args: ['--replicaof', primary.host, String(primary.port), ...args],
          }),
        ),
      );
      all.servers.push(...followers);
      for (let i = 0; i < 3; i++) {
        const folder = await mkdtemp(join(tmpdir(), 'powerauth-wasm-sentinel-'));
        const sentinel = new Sentinel(await freePort(), folder, on(machines[i]));
        all.sentinels.push(sentinel);
        await sentinel.start(primary, { quorum: 2, downAfter });
      }
      await Promise.all(all.sentinels.map((sentinel) => sentinel.hurry()));
      await all.settled();
      return all;
    } catch (error) {
      await all.close();
      throw error;
    }
  }

  /** For clients: what `redisStorage` takes as `sentinel`. */
  get settings() {
    return {
      name: NAME,
      sentinelRootNodes: this.sentinels.map(({ host, port }) => ({ host, port })),
    };
  }

  /**
   * The server that the sentinels name.
   *
   * @returns {Promise<RedisServer>}
   */
  async primary() {
    const answers = await Promise.all(
      this.sentinels.map((sentinel) => ask(sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)),
    );
    const ports = new Set(answers.map((answer) => Number(answer?.[1])));
    const [port] = ports;
    const server = this.servers.find((each) => each.port === port);
    if (ports.size !== 1 || server === undefined)
      throw new Error('the sentinels name no primary, or several');
    return server;
  }

  /**
   * Replaces the primary as an administrator would, while it works.
   *
   * @returns {Promise<void>}
   */
  async failover() {
    const [sentinel] = this.sentinels;
    if (sentinel !== undefined) await ask(sentinel, 'SENTINEL', 'FAILOVER', NAME);
  }

  /**
   * Waits until the sentinels know each other and all servers that run, and each replica follows the primary.
   *
   * @param {{ besides?: RedisServer }} [options] `besides`: a former primary; another one must have taken over
   */
  async settled({ besides } = {}) {
    const deadline = performance.now() + AGREE;
    while (!(await this.#isSettled(besides).catch(() => false))) {
      if (performance.now() > deadline) throw new Error('the sentinels did not agree');
      await sleep(50);
    }
  }

  /** Ends all of them and removes their data. */
  async close() {
    await Promise.all([...this.sentinels, ...this.servers].map((each) => each.close()));
  }

  /** @param {RedisServer | undefined} besides */
  async #isSettled(besides) {
    const primary = await this.primary();
    if (primary === besides || primary.pid === undefined) return false;
    const running = this.servers.filter((server) => server.pid !== undefined);
    for (const server of running) {
      const replication = String(await ask(server, 'INFO', 'replication'));
      if (server === primary ? !/role:master/.test(replication) : !/role:slave/.test(replication))
        return false;
      if (server !== primary && !/master_link_status:up/.test(replication)) return false;
    }
    for (const sentinel of this.sentinels) {
      const info = String(await ask(sentinel, 'INFO', 'sentinel'));
      const [, replicas, sentinels] = /slaves=(\d+),sentinels=(\d+)/.exec(info) ?? [];
      if (Number(sentinels) !== this.sentinels.length) return false;
      if (Number(replicas) < this.servers.length - 1) return false;
    }
    return true;
  }
}
