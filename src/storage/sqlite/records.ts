/**
 * The records of a store, in slots that never move.
 *
 * `secure_delete` clears a cell that SQLite frees, and a page that it frees. It doesn't clear the gaps of a page that
 * SQLite rearranges when it moves cells between neighbours (`rebuildPage` in its btree.c): pieces of former content
 * stay in the file. Cells move when rows are inserted between others, deleted, or change their size. So none of that
 * happens to values:
 *
 * - A slot is a row of `slots`. New ones are appended: SQLite then starts a page and moves nothing (`balance_quick`).
 * - A value is padded to one of a few sizes, and replaced in place by one of the same size (`btreeOverwriteCell`).
 * - A slot that is no longer used is overwritten with zeros, in the same transaction, and kept for a value of its size.
 *
 * Content of a slot, in bytes:
 *
 * ```
 *  0  4   length of the value, big-endian
 *  4  n   value
 *  …      zeros
 * ```
 *
 * @module
 */

import type { SqlDatabase, SqlStatement } from './engine.ts';
import { damagedStore } from './failure.ts';
import { decodeName, encodeName } from './layout.ts';

/** Size of the length field, in bytes. */
const HEADER = 4;

/** The difference between sizes of small slots, in bytes. */
const STEP = 64;

/** Finds slots that belong to no record, or to several; each row has a `fault`. */
export const FIND_FAULTS = `
  WITH used AS (SELECT slot FROM records UNION ALL SELECT slot FROM free_slots)
  SELECT 'slot ' || slot || ' is missing' AS fault FROM used WHERE slot NOT IN (SELECT id FROM slots)
  UNION ALL SELECT 'slot ' || slot || ' is used more than once' FROM used GROUP BY slot HAVING count(*) > 1
  UNION ALL SELECT 'slot ' || id || ' is lost' FROM slots WHERE id NOT IN (SELECT slot FROM used)
  LIMIT 100
`;

interface Slot {
  readonly slot: number;
  readonly size: number;
}

/**
 * The size of the slot for a value, both in bytes: multiples of 64, and above 512 four sizes for each power of two, so
 * at most a fifth is padding.
 */
export function slotSize(length: number): number {
  const needed = HEADER + length;
  const step = Math.max(STEP, 2 ** (Math.ceil(Math.log2(needed)) - 3));
  return Math.ceil(needed / step) * step;
}

/** Statements on the records of one connection. */
export class Records {
  readonly #content: SqlStatement;
  readonly #overwrite: SqlStatement;
  readonly #slotOf: SqlStatement;
  readonly #clear: SqlStatement;
  readonly #fill: SqlStatement;
  readonly #append: SqlStatement;
  readonly #free: SqlStatement;
  readonly #firstFree: SqlStatement;
  readonly #use: SqlStatement;
  readonly #assign: SqlStatement;
  readonly #remove: SqlStatement;
  readonly #keysFrom: SqlStatement;
  readonly #keysAfter: SqlStatement;

  constructor(database: SqlDatabase) {
    this.#content = database.prepare(
      'SELECT (SELECT content FROM slots WHERE id = slot) AS content FROM records WHERE key = ?',
    );
    this.#overwrite = database.prepare(
      'UPDATE slots SET content = ? WHERE id = (SELECT slot FROM records WHERE key = ?) AND length(content) = ?',
    );
    this.#slotOf = database.prepare(
      'SELECT slot, length(content) AS size FROM records JOIN slots ON id = slot WHERE key = ?',
    );
    this.#clear = database.prepare('UPDATE slots SET content = zeroblob(length(content)) WHERE id = ?');
    this.#fill = database.prepare('UPDATE slots SET content = ? WHERE id = ?');
    // Under the next number, after all others.
    this.#append = database.prepare('INSERT INTO slots (content) VALUES (?)');
    this.#free = database.prepare('INSERT INTO free_slots (size, slot) VALUES (?, ?)');
    this.#firstFree = database.prepare('SELECT min(slot) AS slot FROM free_slots WHERE size = ?');
    this.#use = database.prepare('DELETE FROM free_slots WHERE size = ? AND slot = ?');
    this.#assign = database.prepare(
      'INSERT INTO records (key, slot) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET slot = excluded.slot',
    );
    this.#remove = database.prepare('DELETE FROM records WHERE key = ?');
    this.#keysFrom = database.prepare('SELECT key FROM records WHERE key >= ? ORDER BY key LIMIT ?');
    this.#keysAfter = database.prepare('SELECT key FROM records WHERE key > ? ORDER BY key LIMIT ?');
  }

  /** The value, as a copy. @throws for a damaged store */
  get(key: string): Uint8Array<ArrayBuffer> | undefined {
    const row = this.#content.get(encodeName(key)) as { content: Uint8Array | null } | undefined;
    if (!row) return undefined;
    const { content } = row;
    if (content === null) throw damagedStore('a record points to no slot');
    const { buffer, byteOffset, byteLength } = content;
    const length = byteLength < HEADER ? Infinity : new DataView(buffer, byteOffset).getUint32(0);
    if (length > byteLength - HEADER) throw damagedStore('a value is longer than its slot');
    return new Uint8Array(content.subarray(HEADER, HEADER + length));
  }

  /** Stores a value, in a transaction. */
  set(key: string, value: Uint8Array): void {
    const name = encodeName(key);
    const size = slotSize(value.length);
    const content = new Uint8Array(size);
    new DataView(content.buffer).setUint32(0, value.length);
    content.set(value, HEADER);
    const { changes } = this.#overwrite.run(content, name, size) as { changes: number | bigint };
    if (Number(changes) > 0) return;
    this.#release(name);
    this.#assign.run(name, this.#place(content));
  }

  /** Removes a record, in a transaction; no error if it is missing. */
  delete(key: string): void {
    const name = encodeName(key);
    this.#release(name);
    this.#remove.run(name);
  }

  /** At most `limit` keys in order, after `last`, or from `start` on if `last` is undefined. */
  keys(start: string, last: string | undefined, limit: number): string[] {
    const rows =
      last === undefined
        ? this.#keysFrom.all(encodeName(start), limit)
        : this.#keysAfter.all(encodeName(last), limit);
    return (rows as { key: Uint8Array }[]).map(({ key }) => decodeName(key));
  }

  /** Overwrites the slot of a record with zeros. */
  #release(name: Buffer): void {
    const used = this.#slotOf.get(name) as Slot | undefined;
    if (!used) return;
    this.#clear.run(used.slot);
    this.#free.run(used.size, used.slot);
  }

  /** Stores content in a free slot, or in a new one. */
  #place(content: Uint8Array): number {
    const { slot } = this.#firstFree.get(content.length) as { slot: number | null };
    if (slot === null) {
      const { lastInsertRowid } = this.#append.run(content) as { lastInsertRowid: number | bigint };
      return Number(lastInsertRowid);
    }
    this.#use.run(content.length, slot);
    this.#fill.run(content, slot);
    return slot;
  }
}
