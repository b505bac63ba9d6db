import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { postgresStorage, type PostgresStorageOptions } from '../../src/storage/postgres.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';
import { freePort } from './free-port.mjs';
import { requireProgram } from './program-files.mjs';
import type { SharedStore } from './storage.ts';
import { nextInWorker, sharedInWorker } from './worker.ts';

/** Milliseconds that the server may take to answer. */
const START = 30_000;

/** A user that programs may run as which refuse to run as root. */
export const asUser = userInfo().uid === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A PostgreSQL server of the test's own, on a free port of this machine, with its data in a folder of its own. */
export class PostgresServer {
  readonly #settings: readonly string[];
  #folder = '';
  #port = 0;
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(settings: readonly string[]) {
    this.#settings = settings;
  }

  /**
   * Starts a server. The caller closes it.
   *
   * @param options more settings, as `name=value`; `from` makes a standby of another server
   */
  static async start(
    options: { readonly settings?: readonly string[]; readonly from?: PostgresServer } = {},
  ): Promise<PostgresServer> {
    const server = new PostgresServer(options.settings ?? []);
    server.#folder = await mkdtemp(join(tmpdir(), 'powerauth-wasm-postgres-'));
    if (asUser.uid !== undefined) await chown(server.#folder, asUser.uid, asUser.gid);
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

  /** For clients; the same after a restart. */
  get url(): string {
    return this.urlOf('postgres');
  }

  urlOf(user: string, database = 'postgres'): string {
    return `postgres://${user}@127.0.0.1:${this.#port}/${database}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Of the running process; undefined while it is stopped. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Where its data lie. */
  get data(): string {
    return join(this.#folder, 'data');
  }

  async #initialize(): Promise<void> {
    const options = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
    await this.#run('initdb', [...options, '-D', this.data]);
    await writeFile(
      join(this.data, 'postgresql.auto.conf'),
      ['fsync=off', 'max_connections=200', 'unix_socket_directories=', 'listen_addresses=127.0.0.1']
        .map((line) => `${line.replace('=', " = '")}'\n`)
        .join(''),
    );
  }

  /** A base backup that follows its primary. */
  async #copy(from: PostgresServer): Promise<void> {
    const connection = ['-h', '127.0.0.1', '-p', String(from.port), '-U', 'postgres'];
    await this.#run('pg_basebackup', [...connection, '-D', this.data, '-R', '-c', 'fast', '--no-sync']);
  }

  /** Runs one of PostgreSQL's own programs. */
  async #run(program: string, args: readonly string[]): Promise<string> {
    // Found beside the server itself, which may be linked from elsewhere.
    const path = join(await realpath(requireProgram('postgres')), '..', program);
    const { stdout } = await promisify(execFile)(path, args, { ...asUser, cwd: this.#folder });
    return stdout;
  }

  /** Starts it again, on the same port with the same data, and waits until it answers. */
  async start(): Promise<void> {
    const settings = this.#settings.flatMap((setting) => ['-c', setting]);
    const child = spawn(
      requireProgram('postgres'),
      ['-D', this.data, '-c', `port=${this.#port}`, ...settings],
      { ...asUser, cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = child;
    this.#output = '';
    const collect = (data: Buffer): void =>
      void (this.#output = (this.#output + data.toString()).slice(-4000));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('close', () => {
      if (this.#process === child) this.#process = undefined;
    });
    // It must not outlive us.
    const end = (): void => void child.kill('SIGQUIT');
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

  async #answers(): Promise<boolean> {
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

  /** Ends it: SIGINT cuts its clients off, SIGQUIT is a crash (`pg_ctl stop -m immediate`). */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }

  /** Ends it, and removes its data. */
  async close(): Promise<void> {
    await this.stop('SIGQUIT');
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Runs statements as an administrator would; returns the rows of the last one. */
  async ask(sql: string, database = 'postgres'): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.urlOf('postgres', database) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const results: unknown = await client.query(sql);
      const last = Array.isArray(results) ? (results.at(-1) as unknown) : results;
      return (last as { rows: Record<string, unknown>[] }).rows;
    } finally {
      await client.end();
    }
  }

  /** Makes a standby of it the primary. */
  async promote(): Promise<void> {
    await this.ask('SELECT pg_promote()');
  }

  /** The size of its log of changes: another one after each write. */
  async footprint(): Promise<unknown> {
    const [row] = await this.ask('SELECT pg_current_wal_insert_lsn() AS position');
    return row?.['position'];
  }
}

/** A server of one test, which ends with it. */
export async function testPostgres(
  options?: Parameters<typeof PostgresServer.start>[0],
): Promise<PostgresServer> {
  const server = await PostgresServer.start(options);
  onTestFinished(() => server.close());
  return server;
}

/** A name that no other test of this process uses. */
export const newSchema = (): string => `test_${process.pid}_${nextInWorker('postgres')}`;

/** A storage that is closed after the test. */
export function testPostgresStorage(options: PostgresStorageOptions): PowerAuthStorage {
  const storage = postgresStorage(options);
  onTestFinished(() => storage.close());
  return storage;
}

/** A new store in a database of its own. */
export async function testPostgresStore(): Promise<SharedStore> {
  const server = await sharedInWorker('postgres', {
    start: () => PostgresServer.start(),
    end: (it) => it.close(),
  });
  const database = newSchema();
  await server.ask(`CREATE DATABASE ${database}`);
  const place = server.urlOf('postgres', database);
  return {
    place,
    open: () => testPostgresStorage({ connectionString: place }),
    footprint: () => server.footprint(),
  };
}
