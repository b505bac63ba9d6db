/**
 * A Redis server of one's own, on a free port of this machine.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { requireProgram } from './program-files.mjs';

/** Milliseconds that it may take to answer. */
const START = 20_000;

/**
 * Whether a server answers PING, which it does not while it loads its data.
 *
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const finish = (/** @type {boolean} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => finish(false));
    socket.on('data', (data) => finish(data.toString().startsWith('+PONG')));
    socket.on('error', () => finish(false));
  });
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
   * @param {{ readonly args?: readonly string[] | undefined }} [options] more of its settings, such as
   *   `--maxmemory 2mb` in pieces
   * @returns {Promise<RedisServer>}
   * @throws {StepError} when Redis is not on this machine
   */
  static async start({ args = [] } = {}) {
    const server = new RedisServer(args);
    server.#folder = await mkdtemp(join(tmpdir(), 'powerauth-wasm-redis-'));
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
   * @param {readonly string[]} args
   */
  constructor(args) {
    this.args = args;
  }

  /** For clients: `redis://127.0.0.1:<port>`; the same after a restart. */
  get url() {
    return `redis://127.0.0.1:${this.#port}`;
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
    const child = spawn(
      requireProgram('redis'),
      [
        ...['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.#folder],
        ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'no', '--daemonize', 'no'],
        ...this.args,
      ],
      // By any of its names it is the server when it is called so.
      { argv0: 'redis-server', stdio: ['ignore', 'pipe', 'pipe'] },
    );
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
    // It must not outlive us.
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('close', () => process.off('exit', end));

    const deadline = performance.now() + START;
    while (this.#process === child) {
      if (await answers(this.#port)) return;
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
