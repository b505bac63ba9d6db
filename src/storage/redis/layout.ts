/**
 * The layout of a store in Redis: four keys and two channels, all with one hash tag, so that a script may use them
 * together.
 *
 * ```
 * {<prefix>}:version   string   version of this layout
 * {<prefix>}:records   hash     name of a record → its value
 * {<prefix>}:names     zset     the same names, all with score 0: sorted, so that a page of those with a prefix is one
 *                               command, whatever else the database holds; a script writes both in one go
 * {<prefix>}:locks     hash     name of a lock → who holds it and who waits for it, see ../node/remote-locks.ts
 * {<prefix>}:changes   channel  who made a change (16 hex digits), and the name of the record
 * {<prefix>}:wakes     channel  id of the ticket that has just come to hold a lock
 * ```
 *
 * Nothing has a time to live. So a server that is short of memory, and may only evict keys with one, evicts nothing of
 * a store.
 *
 * @module
 */

/** Version of the layout. */
export const LAYOUT_VERSION = '1';

/** The keys and channels of one store. */
export interface RedisLayout {
  readonly version: string;
  readonly records: string;
  readonly names: string;
  readonly locks: string;
  readonly changes: string;
  readonly wakes: string;
}

/** @param prefix without braces */
export function redisLayout(prefix: string): RedisLayout {
  const named = (part: string): string => `{${prefix}}:${part}`;
  return {
    version: named('version'),
    records: named('records'),
    names: named('names'),
    locks: named('locks'),
    changes: named('changes'),
    wakes: named('wakes'),
  };
}
