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

/**
 * The bytes of a name: each UTF-16 unit is encoded separately, as in UTF-8. So ASCII stays readable, lone surrogates
 * stay distinct, and a name begins with another name exactly if its bytes do. No byte is above 0xef.
 */
export function encodeName(name: string): Buffer {
  const bytes: number[] = [];
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Buffer.from(bytes);
}

/** The name that {@link encodeName} has encoded as these bytes. */
export function decodeName(bytes: Uint8Array): string {
  const at = (i: number): number => bytes[i] ?? 0;
  let name = '';
  for (let i = 0; i < bytes.length;) {
    const first = at(i);
    if (first < 0x80) {
      name += String.fromCharCode(first);
      i += 1;
    } else if (first < 0xe0) {
      name += String.fromCharCode(((first & 0x1f) << 6) | (at(i + 1) & 0x3f));
      i += 2;
    } else {
      name += String.fromCharCode(((first & 0x0f) << 12) | ((at(i + 1) & 0x3f) << 6) | (at(i + 2) & 0x3f));
      i += 3;
    }
  }
  return name;
}
