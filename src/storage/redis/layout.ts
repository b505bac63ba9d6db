/**
 * The layout of a store in Redis.
 *
 * A store has one part on a server, and {@link PARTS} parts in a cluster. A part is four keys and two channels, all with
 * one hash tag, so that a script may use them together, and one shard of a cluster has them all:
 *
 * ```
 * {<tag>}:version   string   version of this layout
 * {<tag>}:records   hash     name of a record → its value
 * {<tag>}:names     zset     the same names, all with score 0: sorted, so that a page of those with a prefix is one
 *                            command, whatever else the database holds; a script writes both in one go
 * {<tag>}:locks     hash     name of a lock → who holds it and who waits for it, see ../node/remote-locks.ts
 * {<tag>}:changes   channel  who made a change (16 hex digits), and the name of the record
 * {<tag>}:wakes     channel  id of the ticket that has just come to hold a lock
 * ```
 *
 * The tag is the prefix; in a cluster, it is the prefix and the part's number: `{bank:17}:records`. The part of a record
 * or a lock is the CRC16 of its name up to the first slash (of the whole name if it has none), modulo the number of
 * parts. The names of an instance all begin with a hash of its id and a slash, see session/record-keys.ts, so an
 * instance is in one part, and instances spread over all of them.
 *
 * In a cluster each key of a part has an entry with an empty name, which no record and no lock has. So all keys of a part
 * exist, and a slot that is being moved has either all of them or none, but for the moment in which they move.
 *
 * Nothing has a time to live. So a server that is short of memory, and may only evict keys with one, evicts nothing of
 * a store.
 *
 * @module
 */

import { encodeName } from '../node/names.ts';
import { crc16, slotOf } from './slots.ts';

/** Version of the layout. */
export const LAYOUT_VERSION = '1';

/** How many parts a store has in a cluster. */
const PARTS = 256;

/** The keys and channels of one part of a store. */
export interface RedisLayout {
  /** From 0 on. */
  readonly number: number;
  /** The hash slot of all its keys and channels. */
  readonly slot: number;
  readonly version: string;
  readonly records: string;
  readonly names: string;
  readonly locks: string;
  readonly changes: string;
  readonly wakes: string;
}

/** All parts of one store. */
export interface RedisParts {
  readonly all: readonly RedisLayout[];
  /** The part of a record or a lock. */
  of(name: string): RedisLayout;
  /** The parts in which names with this prefix may be. */
  withPrefix(prefix: string): readonly RedisLayout[];
}

function layout(tag: string, number: number): RedisLayout {
  const named = (part: string): string => `{${tag}}:${part}`;
  return {
    number,
    slot: slotOf(tag),
    version: named('version'),
    records: named('records'),
    names: named('names'),
    locks: named('locks'),
    changes: named('changes'),
    wakes: named('wakes'),
  };
}

/**
 * A store on one server.
 *
 * @param prefix without braces
 */
export function onePart(prefix: string): RedisParts {
  const only = layout(prefix, 0);
  return { all: [only], of: () => only, withPrefix: () => [only] };
}

/**
 * A store in a cluster.
 *
 * @param prefix without braces
 */
export function manyParts(prefix: string): RedisParts {
  const all = Array.from({ length: PARTS }, (_, i) => layout(`${prefix}:${i}`, i));
  const of = (name: string): RedisLayout => {
    const slash = name.indexOf('/');
    const instance = slash === -1 ? name : name.slice(0, slash);
    const part = all[crc16(encodeName(instance)) % PARTS];
    if (part === undefined) throw new TypeError('expected a part');
    return part;
  };
  return { all, of, withPrefix: (prefix) => (prefix.includes('/') ? [of(prefix)] : all) };
}
