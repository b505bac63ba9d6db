/**
 * A PostgreSQL server of one's own, on a free port.
 *
 * @module
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.mjs';
import { requireProgram } from './program-files.mjs';

/** Milliseconds that the server may take to answer. */
const START = 30_000;

/**
 * A user that programs may run as which refuse to run as root.
 *
 * @type {{ uid?: number, gid?: number }}
 */
export const asUser = userInfo().uid === 0 ? { uid: 65_534, gid: 65_534 } : {};

/**
 * @typedef {object} PostgresServerOptions
 * @property {readonly string[]} [settings] more settings, as `name=value`
 * @property {PostgresServer} [from] makes a standby of another server
 * @property {string} [host] the address that it listens on, instead of this machine's own
 * @property {readonly string[]} [under] a command that runs the server, instead of running it directly
 */

/** A server with its data in a folder of its own. */
export class PostgresServer {
  #options;
  #folder = '';
  #port = 0;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;
  #output = '';

  /**
   * Starts a server. The caller closes it.
   *
   * @param {PostgresServerOptions} [options]
   * @returns {Promise<PostgresServer>}
   * @throws {StepError} when PostgreSQL is not on this machine
   */
  static async start(options = {}) {
    const server = new PostgresServer(options);
    server.#folder = await mkdtemp(join(tmpdir(), 'powerauth-wasm-postgres-'));
    if (asUser.uid !== undefined) await chown(server.#folder, asUser.uid, asUser.gid ?? asUser.uid);
    try {
      await (options.from === undefined ? server.#initialize() : server.#copy(options.from));
      server.#port = await freePort();
      await server.start();
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /**
   * @private use {@link PostgresServer.start}
   * @param {PostgresServerOptions} options
   */
  constructor(options) {
    this.#options = options;
  }

  get host() {
    return this.#options.host ?? '127.0.0.1';
  }

  get port() {
    return this.#port;
  }

  /** For clients; the same after a restart. */
  get url() {
    return this.urlOf('postgres');
  }

  /** @param {string} user */
  urlOf(user, database = 'postgres') {
    return `postgres://${user}@${this.host}:${this.#port}/${database}`;
  }

  /** Of the running process; undefined while it is stopped. */
  get pid() {
    return this.#process?.pid;
  }

  /** Where its data lie. */
  get data() {
    return join(this.#folder, 'data');
  }

  async #initialize() {
    const options = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
    await this.#run('initdb', [...options, '-D', this.data]);
    const settings = ['fsync=off', 'max_connections=200', 'unix_socket_directories='];
    await writeFile(
      join(this.data, 'postgresql.auto.conf'),
      settings.map((line) => `${line.replace('=', " = '")}'\n`).join(''),
    );
    if (this.#options.host !== undefined) {
      const lines = ['all', 'replication'].map((database) => `host ${database} all 0.0.0.0/0 trust\n`);
      await writeFile(join(this.data, 'pg_hba.conf'), lines.join(''), { flag: 'a' });
    }
  }

  /**
   * A base backup that follows its primary.
   *
   * @param {PostgresServer} from
   */
  async #copy(from) {
    const connection = ['-h', from.host, '-p', String(from.port), '-U', 'postgres'];
    await this.#run('pg_basebackup', [...connection, '-D', this.data, '-R', '-c', 'fast', '--no-sync']);
  }

  /**
   * Runs one of PostgreSQL's own programs.
   *
   * @param {string} program
   * @param {readonly string[]} args
   */
  async #run(program, args) {
    // Found beside the server itself, which may be linked from elsewhere.
    const path = join(await realpath(requireProgram('postgres')), '..', program);
    const options = { ...asUser, cwd: this.#folder, maxBuffer: 1 << 28 };
    return (await promisify(execFile)(path, args, options)).stdout;
  }

  /** Starts it again, on the same port with the same data, and waits until it answers. */
  async start() {
    const settings = [
      `port=${this.#port}`,
      `listen_addresses=${this.host}`,
      ...(this.#options.settings ?? []),
    ];
    const { under = [] } = this.#options;
    // Only root enters other namespaces, and the server refuses to run as root.
    const drop = under.length > 0 && asUser.uid !== undefined;
    const [program = '', ...args] = [
      ...under,
      ...(drop ? ['setpriv', `--reuid=${asUser.uid}`, `--regid=${asUser.gid}`, '--clear-groups', '--'] : []),
      ...[requireProgram('postgres'), '-D', this.data],
      ...settings.flatMap((setting) => ['-c', setting]),
    ];
    const child = spawn(program, args, {
      ...(drop ? {} : asUser),
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.#output = '';
    const collect = (/** @type {Buffer} */ data) =>
      void (this.#output = (this.#output + data.toString()).slice(-4000));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('close', () => {
      if (this.#process === child) this.#process = undefined;
    });
    // It must not outlive us.
    const end = () => void child.kill('SIGQUIT');
    process.once('exit', end);
    child.once('close', () => process.off('exit', end));
    const deadline = performance.now() + START;
    while (this.#process === child) {
      if (await this.#answers()) return;
      if (performance.now() > deadline) await this.stop('SIGQUIT');
      await sleep(50);
    }
    throw new Error(`PostgreSQL did not start:\n${this.#output}`);
  }

  async #answers() {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /**
   * Ends it: SIGINT cuts its clients off, SIGQUIT is a crash (`pg_ctl stop -m immediate`).
   *
   * @param {'SIGINT' | 'SIGQUIT'} [signal]
   */
  async stop(signal = 'SIGINT') {
    const child = this.#process;
    if (child === undefined) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }

  /** Ends it, and removes its data. */
  async close() {
    await this.stop('SIGQUIT');
    await rm(this.#folder, { recursive: true, force: true });
  }

  /**
   * Runs statements as an administrator would; returns the rows of the last one.
   *
   * @param {string} sql
   * @returns {Promise<Record<string, unknown>[]>}
   */
  async ask(sql, database = 'postgres') {
    const client = new pg.Client({ connectionString: this.urlOf('postgres', database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      /** @type {unknown} */
      const results = await client.query(sql);
      const last = /** @type {import('pg').QueryResult} */ (
        Array.isArray(results) ? results.at(-1) : results
      );
      return last.rows;
    } finally {
      await client.end();
    }
  }

  /** What pg_dump writes. */
  async dump() {
    return this.#run('pg_dump', ['-h', this.host, '-p', String(this.#port), '-U', 'postgres', 'postgres']);
  }

  /** Makes a standby of it the primary. */
  async promote() {
    await this.ask('SELECT pg_promote()');
  }

  /** The size of its log of changes: another one after each write. */
  async footprint() {
    const [row] = await this.ask('SELECT pg_current_wal_insert_lsn() AS position');
    return row?.position;
  }
}
