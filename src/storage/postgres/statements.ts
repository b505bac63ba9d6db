/**
 * The statements that the server runs: at READ COMMITTED, each is atomic, and its conditions on a row are checked again
 * after it has waited for that row.
 *
 * @module
 */

import { encodeName } from '../node/names.ts';
import type { Expected, Fence } from '../node/remote-storage.ts';
import type { PostgresLayout } from './layout.ts';

/** A statement and its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The server's result: texts, and null. */
export type Rows = readonly (readonly unknown[])[];

/** Runs one statement. */
export type Run = (statement: Statement) => Promise<Rows>;

/** The server's clock now, in ms, not at the beginning of the transaction. */
const NOW = `(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;

/** One column: the value in hex digits. */
export function readStatement({ records }: PostgresLayout, key: Buffer): Statement {
  return { text: `SELECT encode(value, 'hex') FROM ${records} WHERE key = $1`, values: [key] };
}

/** One column: names in hex digits, in their order, from `start` on (or after it) and before `end`. */
export function listStatement(
  { records }: PostgresLayout,
  { start, isIncluded, end, limit }: { start: Buffer; isIncluded: boolean; end: Buffer; limit: number },
): Statement {
  return {
    text: `SELECT encode(key, 'hex') FROM ${records} WHERE key ${isIncluded ? '>=' : '>'} $1 AND key < $2 ORDER BY key LIMIT $3`,
    values: [start, end, limit],
  };
}

/**
 * Writes a record, or removes it if `next` is undefined, provided that it is as expected and the fences hold, and
 * announces that. Columns: whether it was done, and the fences that hold, by their position from 1 on.
 *
 * A fence's row is locked until the end, so that nobody takes the lock over before the record is written.
 */
export function writeStatement(
  { records, locks, channel }: PostgresLayout,
  key: Buffer,
  expected: Expected,
  next: Uint8Array | undefined,
  fences: readonly Fence[],
  notice: string,
): Statement {
  const values: unknown[] = [key];
  const parameter = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
  const fence = `
fence AS MATERIALIZED (
  SELECT held.position FROM ${locks} AS locks
  JOIN unnest(${parameter(
    fences.map(([name]) => encodeName(name)),
    'bytea[]',
  )}, ${parameter(
    fences.map(([, id]) => id),
    'text[]',
  )}) WITH ORDINALITY AS held (name, id, position) ON locks.name = held.name
  WHERE locks.tickets -> 0 ->> 'id' = held.id
  ORDER BY locks.name FOR SHARE OF locks
)`;
  const holds = `(SELECT count(*) FROM fence) = ${parameter(fences.length, 'integer')}`;
  const condition = (): string => {
    if (expected === 'any') return `key = $1 AND ${holds}`;
    return `key = $1 AND value = ${parameter(asBuffer(expected), 'bytea')} AND ${holds}`;
  };
  const write = (): string => {
    if (next === undefined) return `DELETE FROM ${records} WHERE ${condition()}`;
    const value = parameter(asBuffer(next), 'bytea');
    if (expected instanceof Uint8Array) return `UPDATE ${records} SET value = ${value} WHERE ${condition()}`;
    return `INSERT INTO ${records} (key, value) SELECT $1, ${value} WHERE ${holds}
  ON CONFLICT (key) DO ${expected === 'any' ? 'UPDATE SET value = excluded.value' : 'NOTHING'}`;
  };
  return {
    text: `WITH ${fence},
written AS (
  ${write()} RETURNING pg_notify(${parameter(channel, 'text')}, ${parameter(notice, 'text')})
)
SELECT (SELECT count(*) FROM written)::integer, ARRAY(SELECT position::integer FROM fence)`,
    values,
  };
}

function asBuffer(bytes: Uint8Array | undefined): Buffer | undefined {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * See `LockServer.take`. Columns: the first ticket as JSON, for how many ms it lives, and one without meaning. No ticket lives longer than a
 * lease: one that would was written before the server's clock was set back.
 */
export function takeStatement(
  { locks, channel }: PostgresLayout,
  name: Buffer,
  ticket: string,
  id: string,
  lease: number,
  gone: string,
): Statement {
  return {
    text: `INSERT INTO ${locks} AS locks (name, tickets)
VALUES ($1::bytea, jsonb_build_array($2::jsonb || jsonb_build_object('deadline', ${NOW} + $4::integer)))
ON CONFLICT (name) DO UPDATE SET tickets = (
  SELECT jsonb_agg(ticket ORDER BY place) FROM (
    SELECT place, ticket || jsonb_build_object('deadline',
      CASE ticket ->> 'id' WHEN $3::text THEN ${NOW} + $4::integer
      ELSE least((ticket ->> 'deadline')::bigint, ${NOW} + $4::integer) END) AS ticket
    FROM jsonb_array_elements(locks.tickets) WITH ORDINALITY AS present (ticket, place)
    WHERE ticket ->> 'id' = $3::text
      OR ((ticket ->> 'deadline')::bigint > ${NOW} AND ticket ->> 'id' <> $5::text)
    UNION ALL
    SELECT 9223372036854775807, excluded.tickets -> 0
    WHERE NOT locks.tickets @> jsonb_build_array(jsonb_build_object('id', $3::text))
  ) AS tickets
)
RETURNING (tickets -> 0)::text, (tickets -> 0 ->> 'deadline')::bigint - ${NOW},
  CASE WHEN $5::text <> '' AND tickets -> 0 ->> 'id' <> $3::text
    THEN pg_notify($6::text, 'w' || (tickets -> 0 ->> 'id')) END`,
    values: [name, ticket, id, lease, gone, channel],
  };
}

/** See `LockServer.beat`. No column; a row if it succeeded. */
export function beatStatement({ locks }: PostgresLayout, name: Buffer, id: string, lease: number): Statement {
  return {
    text: `UPDATE ${locks} SET tickets = jsonb_set(tickets, '{0,deadline}', to_jsonb(${NOW} + $3::integer))
WHERE name = $1 AND tickets -> 0 ->> 'id' = $2::text RETURNING true`,
    values: [name, id, lease],
  };
}

/** Removes a lock that only this ticket holds or waits for. A row if it succeeded. */
export function removeLockStatement({ locks }: PostgresLayout, name: Buffer, id: string): Statement {
  return {
    text: `DELETE FROM ${locks}
WHERE name = $1 AND jsonb_array_length(tickets) = 1 AND tickets -> 0 ->> 'id' = $2::text RETURNING true`,
    values: [name, id],
  };
}

/** Removes a ticket, and notifies the next one. */
export function releaseStatement({ locks, channel }: PostgresLayout, name: Buffer, id: string): Statement {
  return {
    text: `UPDATE ${locks} AS locks SET tickets = coalesce((
  SELECT jsonb_agg(ticket ORDER BY place)
  FROM jsonb_array_elements(locks.tickets) WITH ORDINALITY AS present (ticket, place)
  WHERE ticket ->> 'id' <> $2::text
), '[]')
WHERE name = $1 AND tickets @> jsonb_build_array(jsonb_build_object('id', $2::text))
RETURNING pg_notify($3::text, 'w' || coalesce(tickets -> 0 ->> 'id', ''))`,
    values: [name, id, channel],
  };
}
