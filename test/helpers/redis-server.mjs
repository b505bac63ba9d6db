/**
 * A Redis server of one's own, on a free port of this machine.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { requireProgram } from './program-files.mjs';

/** Milliseconds that it may take to answer. */
const START = 20_000;

const NAME = 'redis-server';

/**
 * Whether the server of a folder answers PING, which it does not while it loads its data. Another one may have taken
 * the port.
 *
 * @param {string} host
 * @param {number} port
 * @param {string} folder
 * @returns {Promise<boolean>}
 */
function answers(host, port, folder) {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => socket.write('PING\r\nCONFIG GET dir\r\n'));
    let answer = '';
    const finish = (/** @type {boolean} */ isIt) => {
      socket.destroy();
      resolve(isIt);
    };
    socket.setTimeout(1000, () => finish(false));
    socket.on('data', (data) => {
      answer += data.toString();
      if (!'+PONG\r\n'.startsWith(answer.slice(0, 7))) finish(false);
      else if (answer.includes(basename(folder))) finish(true);
    });
    socket.on('close', () => finish(false));
    socket.on('error', () => finish(false));
  });
}

/**
 * @typedef {object} RedisServerOptions
 * @property {readonly string[] | undefined} [args] more of its settings, such as `--maxmemory 2mb` in pieces
 * @property {string} [host] the address that it listens on, instead of this machine's own
 * @property {readonly string[]} [under] a command that runs the server, instead of running it directly
 */

/** Processes that must not outlive us. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Ends a process when this one ends.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
export function endWithUs(child) {
  if (running.size === 0) process.once('exit', endAll);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', endAll);
  });
}

function endAll() {
  for (const child of running) child.kill('SIGKILL');
}

/** A private server with its data in a folder of its own, written before a command is answered. */
export class RedisServer {
  #port = 0;
  #folder = '';
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;
  #output = '';

  /**
   * Starts a server. The caller closes it.
   *
   * @param {RedisServerOptions} [options]
   * @returns {Promise<RedisServer>}
   * @throws {StepError} when Redis is not on this machine
   */
  static async start(options = {}) {
    const server = new RedisServer(options);
    server.#folder = await mkdtemp(join(tmpdir(), 'powerauth-wasm-redis-'));
    // By any of its names it is the server when it is called so.
    await symlink(resolve(requireProgram('redis')), join(server.#folder, NAME));
    // Another program may take the port between our look and the server's start.
    for (let attempt = 1; ; attempt++) {
      server.#port = await freePort();
      try {
        await server.start();
        return server;
      } catch (error) {
        if (attempt < 3) continue;
        await server.close();
        throw error;
      }
    }
  }

  /**
   * @private use {@link RedisServer.start}
   * @param {RedisServerOptions} options
   */
  constructor({ args = [], host = '127.0.0.1', under = [] }) {
    this.args = args;
    this.host = host;
    this.under = under;
  }

  /** For clients: `redis://<host>:<port>`; the same after a restart. */
  get url() {
    return `redis://${this.host}:${this.#port}`;
  }

  get port() {
    return this.#port;
  }

  /** Where its data lie. */
  get folder() {
    return this.#folder;
  }

  /** Of the running process; undefined while it is stopped. */
  get pid() {
    return this.#process?.pid;
  }

  /**
   * Starts it again, on the same port with the same data, and waits until it answers.
   *
   * @returns {Promise<void>}
   */
  async start() {
    if (this.#process !== undefined) return;
    const [program = '', ...args] = [
      ...this.under,
      join(this.#folder, NAME),
      ...['--port', String(this.#port), '--bind', this.host, '--dir', this.#folder, '--daemonize', 'no'],
      ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'no', '--protected-mode', 'no'],
      // A replica need not wait for others that want the same.
      ...['--repl-diskless-sync-delay', '0'],
      ...this.args,
    ];
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    this.#output = '';
    const collect = (/** @type {string | Buffer} */ data) =>
      void (this.#output = (this.#output + data.toString()).slice(-4000));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => collect(`${error.message}\n`));
    child.once('close', () => {
      if (this.#process === child) this.#process = undefined;
    });
    endWithUs(child);

    const deadline = performance.now() + START;
    while (this.#process === child) {
      if (await answers(this.host, this.#port, this.#folder)) return;
      if (performance.now() > deadline) {
        await this.stop('SIGKILL');
        break;
      }
      await sleep(20);
    }
    throw new Error(`redis-server did not start\n${this.#output}`);
  }

  /**
   * Ends it and keeps its data; SIGKILL ends it as a crash would.
   *
   * @param {NodeJS.Signals} [signal]
   * @returns {Promise<void>}
   */
  async stop(signal = 'SIGTERM') {
    const child = this.#process;
    if (child === undefined) return;
    const closed = once(child, 'close');
    child.kill(signal);
    // A paused process takes no other signal before it goes on.
    child.kill('SIGCONT');
    await closed;
  }

  /** Lets it hang: connections stay open, nothing answers. */
  pause() {
    this.#process?.kill('SIGSTOP');
  }

  /** Ends a {@link pause}. */
  resume() {
    this.#process?.kill('SIGCONT');
  }

  /** Ends it and removes its data. */
  async close() {
    await this.stop('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
