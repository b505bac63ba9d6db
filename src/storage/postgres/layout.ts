/**
 * The layout of a store in PostgreSQL: three tables of one schema, and a channel.
 *
 * ```
 * <schema>.<prefix>records   key bytea, value bytea      name of a record (see ../node/names.ts) and its value
 * <schema>.<prefix>locks     name bytea, tickets jsonb   name of a lock; who holds it and who waits for it, in their
 *                                                        order (see ../node/remote-locks.ts), each with its deadline in
 *                                                        ms of the server's clock
 * <schema>.<prefix>layout    version integer             one row: the version of this layout
 *
 * channel   'c', who made a change (16 hex digits), name of the record (Base64); or 'w' and the id of a ticket that has just
 *           come to hold a lock; or 't' and our own text, to check whether notices arrive
 * ```
 *
 * @module
 */

import { createHash } from 'node:crypto';

/** The names of one store, quoted for SQL. */
export interface PostgresLayout {
  readonly schema: string;
  readonly records: string;
  readonly locks: string;
  readonly version: string;
  /** Not quoted: it is a parameter of `pg_notify`, too. */
  readonly channel: string;
}

/**
 * @param schema letters, digits and `_`
 * @param prefix the same, or nothing
 */
export function postgresLayout(schema: string, prefix: string): PostgresLayout {
  const table = (name: string): string => `"${schema}"."${prefix}${name}"`;
  // A channel's name has 63 bytes at most.
  const digest = createHash('sha256').update(`${schema}.${prefix}`).digest('hex').slice(0, 32);
  return {
    schema: `"${schema}"`,
    records: table('records'),
    locks: table('locks'),
    version: table('layout'),
    channel: `powerauth_wasm_${digest}`,
  };
}

/**
 * The statements that upgrade the layout to each version from the one before. A version that was published never
 * changes.
 */
export const MIGRATIONS: readonly ((layout: PostgresLayout) => string)[] = [
  ({ records, locks, version }) => `
CREATE TABLE ${records} (key bytea PRIMARY KEY, value bytea NOT NULL);
ALTER TABLE ${records} ALTER value SET STORAGE EXTERNAL;
CREATE TABLE ${locks} (name bytea PRIMARY KEY, tickets jsonb NOT NULL);
CREATE TABLE ${version} (version integer NOT NULL);
INSERT INTO ${version} VALUES (0);`,
];

/** The version of the layout that this package uses. */
export const LAYOUT_VERSION = MIGRATIONS.length;

/** Creates a store, or upgrades it from version `from`, in one transaction. */
export function migration(layout: PostgresLayout, from: number): string {
  const steps = MIGRATIONS.slice(from).map((step) => step(layout).trim());
  return [...steps, `UPDATE ${layout.version} SET version = ${LAYOUT_VERSION};`].join('\n');
}

/** The rights needed by a role that may not create anything. */
export function grants({ schema, records, locks, version }: PostgresLayout, role: string): string {
  return [
    `GRANT USAGE ON SCHEMA ${schema} TO ${role};`,
    `GRANT SELECT ON ${version} TO ${role};`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ${records}, ${locks} TO ${role};`,
  ].join('\n');
}

/** The statements that an administrator runs for such a role. */
export function migrationForAdministrators(layout: PostgresLayout, from: number, role: string): string {
  const schema = from === 0 ? [`CREATE SCHEMA IF NOT EXISTS ${layout.schema};`] : [];
  return ['BEGIN;', ...schema, migration(layout, from), grants(layout, role), 'COMMIT;'].join('\n');
}
