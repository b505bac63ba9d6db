/**
 * The part of the package `pg` that is used, and the server to use.
 *
 * @module
 */

import type { Client as PgClient, ClientConfig } from 'pg';
import { failure, PowerAuthErrorCode } from '../../errors.ts';
import { giveUpAfter } from '../../util/patience.ts';
import { describe } from '../../util/validate.ts';
import { PATIENCE_MS } from './patience.ts';

/** A query of `pg`; rows are arrays of the texts that the server sent. */
export interface Query {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly rowMode: 'array';
  readonly types: { getTypeParser(): (text: string) => string };
}

/** A connection of `pg`. */
export interface PostgresClient {
  query(query: Query): Promise<{ readonly rows: readonly (readonly unknown[])[] }>;
}

/** A separate connection. */
export interface PostgresSingleClient extends PostgresClient {
  connect(): Promise<unknown>;
  on(event: 'notification', listener: (message: { readonly payload?: string }) => void): unknown;
  on(event: 'error' | 'end', listener: () => void): unknown;
  unref(): void;
  end(): Promise<unknown>;
  /** Of clients in JavaScript. */
  readonly connection?: { readonly stream: { destroy(): void } };
}

/** A connection from a pool. */
export interface PostgresPoolClient extends PostgresClient {
  on(event: 'error', listener: () => void): unknown;
  removeListener(event: 'error', listener: () => void): unknown;
  /** 'I' outside of a transaction; older versions of pg have no such method. */
  getTransactionStatus?(): string | null;
  /** @param destroy whether the connection must not be used again */
  release(destroy?: boolean): void;
}

/**
 * The part of a `Pool` of the package `pg` that is used.
 *
 * @example
 * ```ts
 * import pg from 'pg';
 *
 * const pool: PostgresPool = new pg.Pool({ host: 'db.example', database: 'bank', max: 10 });
 * const storage = postgresStorage({ pool });
 * ```
 */
export interface PostgresPool {
  /** As passed to `new Pool`. */
  readonly options: object;
  /** Takes a connection from the pool. */
  connect(): Promise<object>;
}

/** Called with a connection, or an error. */
type Connected = (error: Error | undefined, client: PostgresPoolClient | undefined) => void;

/** A pool, and a factory of single connections to the same server. */
export interface Pools extends PostgresPool {
  connect(): Promise<PostgresPoolClient>;
  /** Calls back at once: a promise would tell too late to listen for the error of a connection that ends right then. */
  connect(connected: Connected): unknown;
  readonly Client: new (options: object) => PostgresSingleClient;
  on(event: 'error', listener: () => void): unknown;
  end(): Promise<unknown>;
}

/** A server, and how to connect to it. */
export interface PostgresTarget {
  /** For messages: without user and password. */
  readonly address: string;
  /** Opens the pool. */
  open(): Promise<Pools>;
  /** Whether the storage owns the pool, which ends with it. */
  readonly isOwn: boolean;
}

/**
 * Connections of a pool that give up a server that says nothing. Otherwise they would take up the pool's places, keep
 * it from ending, and the process alive. The pool's own timeout fails what has only waited for a busy thread.
 */
function patient(base: typeof PgClient): typeof PgClient {
  return class extends base {
    constructor(options?: ClientConfig) {
      super(options);
      const { connection } = this as unknown as PostgresSingleClient;
      // Its stream is another one once TLS is spoken.
      const stop = giveUpAfter(PATIENCE_MS, () => connection?.stream.destroy(), { background: true });
      this.once('connect', stop).once('end', stop);
      // The pool listens while a connection is idle only; without a listener, one that ends just then ends the process.
      this.on('error', () => undefined);
    }
  };
}

/** @throws WRONG_PARAMETER unless exactly one of connection string and pool is given, and is valid */
export function postgresTarget(connectionString: unknown, pool: unknown): PostgresTarget {
  if ((connectionString === undefined) === (pool === undefined)) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      `connectionString, pool: expected one of them, got ${pool === undefined ? 'neither' : 'both'}`,
    );
  }
  return pool === undefined ? targetOfString(connectionString, 'connectionString') : targetOfPool(pool);
}

function targetOfString(value: unknown, field: string): PostgresTarget {
  const address = addressOf(value, field);
  return {
    address,
    isOwn: true,
    open: async () => {
      // Loaded only here, and only when a storage is used.
      const { default: pg } = await import('pg');
      const own = new pg.Pool({
        connectionString: value as string,
        application_name: 'powerauth-wasm',
        allowExitOnIdle: true,
        keepAlive: true,
        Client: patient(pg.Client),
      }) as unknown as Pools;
      // An idle connection that is lost leaves the pool by itself.
      own.on('error', () => undefined);
      return own;
    },
  };
}

/**
 * Host and database of a connection string.
 *
 * @throws WRONG_PARAMETER, which never contains the string itself, because it may hold a password
 */
export function addressOf(value: unknown, field: string): string {
  try {
    if (typeof value !== 'string' || !/^postgres(?:ql)?:\/\//.test(value)) throw new TypeError();
    // A socket has no host.
    const { host, pathname, searchParams } = new URL(value.replace(/^(\w+:\/\/(?:[^@/]*@)?)\//, '$1socket/'));
    return `${searchParams.get('host') ?? host}${pathname}`;
  } catch {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      `${field}: expected postgres://, as in postgres://127.0.0.1:5432/bank, got ${describe(value)}`,
    );
  }
}

function targetOfPool(pool: unknown): PostgresTarget {
  const options = optionsOf(pool);
  if (options === undefined) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      `pool: expected a Pool of the package pg, got ${describe(pool)}`,
    );
  }
  const { connectionString, host, port, database } = options;
  const address =
    typeof connectionString === 'string'
      ? addressOf(connectionString, 'pool')
      : `${text(host, 'localhost')}:${text(port, '5432')}/${text(database, '')}`;
  return { address, isOwn: false, open: async () => pool as Pools };
}

/** A copy of a pool's options; undefined for anything that isn't a pool, or throws when it is read. */
function optionsOf(value: unknown): Record<string, unknown> | undefined {
  try {
    const pool = value as Partial<Pools>;
    if (typeof pool.connect !== 'function' || typeof pool.Client !== 'function') return undefined;
    const options: unknown = pool.options;
    return typeof options === 'object' && options !== null ? { ...options } : undefined;
  } catch {
    return undefined;
  }
}

const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
