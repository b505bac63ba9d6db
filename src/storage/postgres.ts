/**
 * Storage in PostgreSQL (12 or newer), for Node: any number of processes and machines that reach the server share it.
 *
 * Durability depends on the server: a call resolves when its transaction is committed. `synchronous_commit` and the
 * standbys determine what survives a crash or a failover; see docs/storage.md.
 *
 * @module powerauth-wasm/storage/postgres
 */

import { randomBytes } from 'node:crypto';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { describe } from '../util/validate.ts';
import { decodeName, encodeName } from './node/names.ts';
import {
  ORIGIN_LENGTH,
  remoteStorage,
  type Expected,
  type Fence,
  type RemoteEvents,
  type RemoteServer,
  type Written,
} from './node/remote-storage.ts';
import { PostgresConnection } from './postgres/connection.ts';
import { postgresFailure } from './postgres/failure.ts';
import { postgresLayout, type PostgresLayout } from './postgres/layout.ts';
import { PostgresLockServer } from './postgres/lock-server.ts';
import { PostgresNotices } from './postgres/notices.ts';
import { addressOf, postgresTarget, type PostgresPool, type PostgresTarget } from './postgres/pool.ts';
import { listStatement, readStatement, writeStatement } from './postgres/statements.ts';
import type { PowerAuthStorage } from './types.ts';

export type { PostgresPool } from './postgres/pool.ts';

/**
 * Options of {@link postgresStorage}: either `connectionString` or `pool`.
 *
 * @example
 * ```ts
 * const options: PostgresStorageOptions = { connectionString: 'postgres://db.example/bank?sslmode=verify-full' };
 * ```
 */
export interface PostgresStorageOptions {
  /** `postgres://[user[:password]@]host[:port]/database[?options]`, as for the package `pg`. */
  readonly connectionString?: string;
  /**
   * A `Pool` of the package `pg`, for settings that a string can't express, such as certificates, or to share
   * connections with the rest of the app. The caller must end it after the storage was closed.
   */
  readonly pool?: PostgresPool;
  /**
   * The server's own address, as a connection string, if the other address is that of PgBouncer in transaction mode:
   * notices of changes need a permanent connection.
   */
  readonly listen?: string;
  /** The schema of the tables, created if it is missing. 1 to 40 letters, digits and `_`. Default: `powerauth`. */
  readonly schema?: string;
  /**
   * The beginning of the tables' names, up to 20 letters, digits and `_`. Default: none. Stores with different prefixes
   * or schemas are independent.
   */
  readonly prefix?: string;
}

class PostgresServer implements RemoteServer {
  readonly locks: PostgresLockServer;
  readonly #layout: PostgresLayout;
  readonly #events: RemoteEvents;
  /** Marks this object's changes. */
  readonly #origin = randomBytes(ORIGIN_LENGTH / 2).toString('hex');
  readonly #connection: PostgresConnection;
  readonly #notices: PostgresNotices;

  constructor(
    target: PostgresTarget,
    layout: PostgresLayout,
    listen: string | undefined,
    events: RemoteEvents,
  ) {
    this.#layout = layout;
    this.#events = events;
    this.#connection = new PostgresConnection(target, layout, events.closing);
    this.#notices = new PostgresNotices({
      channel: layout.channel,
      closing: events.closing,
      createClient: async () => {
        const pools = await this.#connection.pools();
        return new pools.Client(listen === undefined ? pools.options : { connectionString: listen });
      },
      send: (notice) =>
        this.#connection.run('read', {
          text: 'SELECT pg_notify($1, $2)',
          values: [layout.channel, notice],
        }),
      failure: (cause) => postgresFailure('listen to', target.address, cause),
      onNotice: (notice) => this.#onNotice(notice),
      onRegained: () => events.regained(),
    });
    this.locks = new PostgresLockServer(this.#connection, layout, this.#notices);
  }

  async read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    // A subscriber that then reads something is told about every later change.
    await this.#notices.ready();
    const [row] = await this.#connection.run('read', readStatement(this.#layout, encodeName(key)));
    return row && Uint8Array.from(Buffer.from(String(row[0]), 'hex'));
  }

  async write(
    key: string,
    expected: Expected,
    next: Uint8Array | undefined,
    fences: readonly Fence[],
  ): Promise<Written> {
    const name = encodeName(key);
    const notice = `c${this.#origin}${name.toString('base64')}`;
    const statement = writeStatement(this.#layout, name, expected, next, fences, notice);
    const [[written, holding] = []] = await this.#connection.run('write', statement);
    if (written === '1') return { written: true };
    const positions = new Set(String(holding).slice(1, -1).split(','));
    const lost = fences.find((_, i) => !positions.has(String(i + 1)));
    if (lost !== undefined) return { lost };
    if (expected === 'any') return { written: true };
    const present = await this.read(key);
    // Removing a missing record writes nothing.
    return present === undefined && expected === undefined && next === undefined
      ? { written: true }
      : { present };
  }

  async names(prefix: string, after: string | undefined, limit: number): Promise<string[]> {
    const start = encodeName(after ?? prefix);
    // No byte of a name is that high.
    const end = Buffer.concat([encodeName(prefix), Buffer.of(0xff)]);
    const page = { start, isIncluded: after === undefined, end, limit };
    const rows = await this.#connection.run('list', listStatement(this.#layout, page));
    return rows.map(([name]) => decodeName(Buffer.from(String(name), 'hex')));
  }

  /** The connection is kept for waiters, and for the next subscriber. */
  watch(isWanted: boolean): void {
    if (isWanted) this.#notices.start();
  }

  async close(): Promise<void> {
    await this.#notices.close();
    await this.#connection.close();
  }

  #onNotice(notice: string): void {
    const kind = notice[0];
    if (kind === 'w') this.#events.woken(notice.slice(1));
    if (kind !== 'c' || notice.slice(1, 1 + ORIGIN_LENGTH) === this.#origin) return;
    this.#events.changed(decodeName(Buffer.from(notice.slice(1 + ORIGIN_LENGTH), 'base64')));
  }
}

/**
 * A storage in PostgreSQL (12 or newer), opened on first use. Needs the package `pg`. All processes and machines that
 * use one database, schema and prefix share its records, locks and notices. Its tables are created, and upgraded, on
 * first use.
 *
 * `configure` refuses it without a `sealingKey`: the same 32 bytes on all machines, kept away from the database.
 *
 * While the server can't be reached, calls reject with UNKNOWN_ERROR within seconds, headers of cached tokens keep
 * working, and nobody is told of removals. When it is back, subscribers are told to drop what they cached.
 *
 * @throws WRONG_PARAMETER for any other options. Calls reject with UNKNOWN_ERROR, whose message names the address and
 *   the remedy, if the server can't be used: down, full, not permitted, a read-only standby. After such an error a
 *   write may or may not have happened
 *
 * @example
 * ```ts
 * import { postgresStorage } from 'powerauth-wasm/storage/postgres';
 *
 * const storage = postgresStorage({ connectionString: 'postgres://powerauth@db.example/bank?sslmode=verify-full' });
 * await powerAuth.configure(configuration, undefined, undefined, { storage, sealingKey });
 * ```
 */
export function postgresStorage(options: PostgresStorageOptions): PowerAuthStorage {
  const { connectionString, pool, listen, schema, prefix } =
    (options as PostgresStorageOptions | undefined) ?? {};
  if (listen !== undefined) addressOf(listen, 'listen');
  const target = postgresTarget(connectionString, pool);
  const layout = postgresLayout(
    identifier(schema ?? 'powerauth', 'schema', 1, 40),
    identifier(prefix ?? '', 'prefix', 0, 20),
  );
  return remoteStorage('postgres', (events) => new PostgresServer(target, layout, listen, events));
}

/** A part of a name in SQL, which PostgreSQL truncates after 63 bytes. */
function identifier(value: unknown, field: string, least: number, most: number): string {
  if (
    typeof value === 'string' &&
    /^(?:[A-Za-z_]\w*)?$/.test(value) &&
    value.length >= least &&
    value.length <= most
  ) {
    return value;
  }
  throw failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `${field}: expected ${least} to ${most} letters, digits and _, not beginning with a digit, got ${describe(value)}`,
  );
}
