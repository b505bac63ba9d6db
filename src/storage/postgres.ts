/**
 * Storage in PostgreSQL (12 or newer), for Node: any number of processes and machines that reach the server share it.
 *
 * Durability depends on the server: a call resolves when its transaction is committed. `synchronous_commit` and the
 * standbys determine what survives a crash or a failover; see docs/storage.md.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { describe } from '../util/validate.ts';
import { assertKey, assertPrefix, closedError, copyOfValue } from './driver/checks.ts';
import { Closing } from './driver/closing.ts';
import { heldStorage } from './driver/held.ts';
import { Listeners } from './driver/listeners.ts';
import type { Change } from './driver/updates.ts';
import { decodeName, encodeName } from './node/names.ts';
import { RemoteLocks, type Lease } from './node/remote-locks.ts';
import { RemoteUpdates, type Replaced } from './node/remote-updates.ts';
import { PostgresConnection } from './postgres/connection.ts';
import { postgresFailure } from './postgres/failure.ts';
import { postgresLayout, type PostgresLayout } from './postgres/layout.ts';
import { PostgresLockServer } from './postgres/lock-server.ts';
import { PostgresNotices } from './postgres/notices.ts';
import { addressOf, postgresTarget, type PostgresPool, type PostgresTarget } from './postgres/pool.ts';
import { listStatement, readStatement, writeStatement, type Expected } from './postgres/statements.ts';
import type { PowerAuthStorage, PowerAuthStorageChange, PowerAuthStorageLock } from './types.ts';

export type { PostgresPool } from './postgres/pool.ts';

/** How many names `list` reads at a time. */
const PAGE = 256;

/** Length of an origin in hex digits. */
const ORIGIN_LENGTH = 16;

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

class PostgresStorage implements PowerAuthStorage {
  readonly name = 'postgres';
  readonly needsSealingKey = true;
  readonly #layout: PostgresLayout;
  /** Marks this object's changes. */
  readonly #origin = randomBytes(ORIGIN_LENGTH / 2).toString('hex');
  readonly #closing = new Closing();
  readonly #connection: PostgresConnection;
  readonly #notices: PostgresNotices;
  readonly #locks: RemoteLocks;
  readonly #updates: RemoteUpdates;
  readonly #listeners = new Listeners<PowerAuthStorageChange>();
  #left: Promise<void> | undefined;

  constructor(target: PostgresTarget, layout: PostgresLayout, listen: string | undefined) {
    this.#layout = layout;
    this.#connection = new PostgresConnection(target, layout, this.#closing);
    this.#notices = new PostgresNotices({
      channel: layout.channel,
      closing: this.#closing,
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
      onRegained: () => {
        this.#updates.forget();
        this.#listeners.tell('all');
        this.#locks.renew();
      },
    });
    this.#locks = new RemoteLocks(new PostgresLockServer(this.#connection, layout));
    this.#updates = new RemoteUpdates({
      closing: this.#closing,
      read: (key) => this.#read(key),
      // Compares content, not versions: a change has no side effects, so equal content means that nothing happened.
      replace: (key, current, next, held) => this.#write(key, current, next, [...held]),
      held: () => this.#locks.held(),
    });
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertOpen();
    assertKey(key);
    const value = await this.#read(key);
    this.#assertOpen();
    return value;
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    await this.#put(key, copyOfValue(value));
  }

  async delete(key: string): Promise<void> {
    this.#assertOpen();
    assertKey(key);
    await this.#put(key, undefined);
  }

  async *list(prefix: string): AsyncGenerator<string, void, undefined> {
    this.#assertOpen();
    assertPrefix(prefix);
    let start = encodeName(prefix);
    // No byte of a name is that high.
    const end = Buffer.concat([start, Buffer.of(0xff)]);
    for (let isIncluded = true; ; isIncluded = false) {
      const page = { start, isIncluded, end, limit: PAGE };
      const names = await this.#connection.run('list', listStatement(this.#layout, page));
      for (const [name] of names) {
        this.#assertOpen();
        start = Buffer.from(String(name), 'hex');
        yield decodeName(start);
      }
      this.#assertOpen();
      if (names.length < PAGE) return;
    }
  }

  async update(key: string, change: Change): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertOpen();
    assertKey(key);
    return this.#updates.update(key, change);
  }

  async lock<T>(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    this.#assertOpen();
    assertKey(name, 'lock name');
    // A notice wakes waiters.
    this.#notices.start();
    return this.#locks.lock(name, section, this.#closing);
  }

  subscribe(listener: (change: PowerAuthStorageChange) => void): () => void {
    this.#assertOpen();
    const remove = this.#listeners.add(listener);
    this.#notices.start();
    return remove;
  }

  close(): Promise<void> {
    this.#closing.close(closedError(this.name));
    this.#left ??= this.#leave();
    return this.#left;
  }

  #assertOpen(): void {
    this.#closing.throwIfClosed();
  }

  async #leave(): Promise<void> {
    this.#listeners.clear();
    this.#updates.forget();
    await this.#locks.close();
    await this.#notices.close();
    await this.#connection.close();
  }

  async #read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    // A subscriber that then reads something is told about every later change.
    await this.#notices.ready();
    const [row] = await this.#connection.run('read', readStatement(this.#layout, encodeName(key)));
    return row && Uint8Array.from(Buffer.from(String(row[0]), 'hex'));
  }

  /** Writes unconditionally, or removes the record if `next` is undefined. */
  async #put(key: string, next: Uint8Array | undefined): Promise<void> {
    this.#updates.forget(key);
    const replaced = await this.#write(key, 'any', next, this.#locks.held());
    if ('lost' in replaced) throw replaced.lost.signal.reason;
  }

  /** Writes, or removes if `next` is undefined, provided that the record is as expected. */
  async #write(
    key: string,
    expected: Expected,
    next: Uint8Array | undefined,
    held: readonly Lease[],
  ): Promise<Replaced> {
    const name = encodeName(key);
    const fences = held.map(({ fence: [lock, id] }) => [encodeName(lock), id] as const);
    const notice = `c${this.#origin}${name.toString('base64')}`;
    const statement = writeStatement(this.#layout, name, expected, next, fences, notice);
    const [[written, holding] = []] = await this.#connection.run('write', statement);
    if (written === '1') return { written: true };
    const positions = new Set(String(holding).slice(1, -1).split(','));
    const lost = held.find((_, i) => !positions.has(String(i + 1)));
    if (lost !== undefined) {
      lost.lose();
      return { lost };
    }
    if (expected === 'any') return { written: true };
    const present = await this.#read(key);
    // Removing a missing record writes nothing.
    return present === undefined && expected === undefined && next === undefined
      ? { written: true }
      : { present };
  }

  #onNotice(notice: string): void {
    const kind = notice[0];
    if (kind === 'w') this.#locks.wake(notice.slice(1));
    if (kind !== 'c' || notice.slice(1, 1 + ORIGIN_LENGTH) === this.#origin) return;
    const key = decodeName(Buffer.from(notice.slice(1 + ORIGIN_LENGTH), 'base64'));
    this.#updates.forget(key);
    this.#listeners.tell([key]);
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
  return heldStorage(
    new PostgresStorage(
      postgresTarget(connectionString, pool),
      postgresLayout(
        identifier(schema ?? 'powerauth', 'schema', 1, 40),
        identifier(prefix ?? '', 'prefix', 0, 20),
      ),
      listen,
    ),
  );
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
