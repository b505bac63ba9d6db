/**
 * Loads SQLite: the one built into Node (22.13 or newer), Deno and Bun, or the package better-sqlite3 on an older Node.
 * Only the members that both share are used.
 *
 * @module
 */

import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { failure, PowerAuthErrorCode } from '../../errors.ts';

/** A value of a column, or of a parameter. */
export type SqlValue = string | number | Uint8Array | null;

/** A prepared statement. */
export interface SqlStatement {
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
  run(...values: SqlValue[]): unknown;
}

/** An open database. */
export interface SqlDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqlStatement;
  close(): unknown;
}

/** Opens a database; `timeout` is how long SQLite may block the thread for a lock, in ms. */
export type SqlDatabaseClass = new (path: string, options: { readonly timeout: number }) => SqlDatabase;

/** The SQLite that is available in this process. */
export interface SqliteEngine {
  /**
   * `node:sqlite`, or the file to require better-sqlite3 from: the place where another thread finds the same library.
   */
  readonly module: string;
  readonly Database: SqlDatabaseClass;
}

const PACKAGE = 'better-sqlite3';

let engine: SqliteEngine | undefined;

/**
 * SQLite, loaded on first use.
 *
 * @throws UNKNOWN_ERROR that says what to install, if there is no SQLite
 */
export function sqliteEngine(): SqliteEngine {
  engine ??= builtIn() ?? betterSqlite3();
  return engine;
}

function builtIn(): SqliteEngine | undefined {
  const module = withoutSqliteWarning(
    () => process.getBuiltinModule('node:sqlite') as { DatabaseSync?: SqlDatabaseClass } | undefined,
  );
  return module?.DatabaseSync && { module: 'node:sqlite', Database: module.DatabaseSync };
}

/** Node 22 warns on loading that its SQLite is experimental. The app didn't choose it, and can't do anything about it. */
function withoutSqliteWarning<T>(load: () => T): T {
  const emitWarning = process.emitWarning.bind(process);
  const descriptor = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  const filtered = (...args: unknown[]): void => {
    if (args[1] === 'ExperimentalWarning' && String(args[0]).startsWith('SQLite ')) return;
    Reflect.apply(emitWarning, process, args);
  };
  process.emitWarning = filtered;
  try {
    return load();
  } finally {
    if (descriptor === undefined) Reflect.deleteProperty(process, 'emitWarning');
    else Object.defineProperty(process, 'emitWarning', descriptor);
  }
}

/** Loaded with `require`, which bundlers leave alone: the package is optional and native. */
function betterSqlite3(): SqliteEngine {
  const { require, module } = findPackage();
  const { version } = require(`${PACKAGE}/package.json`) as { version: string };
  if (Number.parseInt(version) >= 13 && Number(process.versions['napi']) < 10) {
    // Its native part would crash the process (SIGSEGV).
    throw missing(`install better-sqlite3@12, because better-sqlite3 ${version} is for a newer Node`);
  }
  try {
    const Database = require(module) as SqlDatabaseClass;
    // Its native part is loaded with the first database.
    new Database(':memory:', { timeout: 0 }).close();
    return { module, Database };
  } catch (cause) {
    const [reason = ''] = (cause as Error).message.split('\n', 1);
    throw missing(
      `run npm rebuild better-sqlite3, once its install script is allowed (its native part can't be loaded: ${reason})`,
      cause,
    );
  }
}

function findPackage(): { require: NodeJS.Require; module: string } {
  let cause: unknown;
  for (const place of placesOfPackages()) {
    try {
      const require = createRequire(place);
      return { require, module: require.resolve(PACKAGE) };
    } catch (error) {
      cause ??= error;
    }
  }
  throw missing('install the package better-sqlite3 (npm install better-sqlite3@12)', cause);
}

/**
 * Files from which packages are resolved: this one, then the program, then any in the working directory. A CommonJS
 * bundle has no URL, and a webpack bundle has the URL of a file on the machine where it was built.
 */
function placesOfPackages(): string[] {
  const { url } = import.meta as { url?: string };
  const program = process.argv[1];
  return [
    ...(url === undefined ? [] : [url]),
    ...(program === undefined ? [] : [resolve(program)]),
    resolve('index.js'),
  ];
}

function missing(remedy: string, cause?: unknown): Error {
  return failure(
    PowerAuthErrorCode.UNKNOWN_ERROR,
    `SQLite is not built into this runtime (${process.version}): use Node 22.13 or newer, or ${remedy}, or pass another storage to configure`,
    { cause },
  );
}
