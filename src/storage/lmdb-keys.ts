/**
 * What an LMDB store holds, all in its one unnamed database. A key is a tag and its name in UTF-16 (little-endian),
 * which keeps apart what UTF-8 folds together and is at most 1025 of the 1978 bytes that LMDB takes:
 *
 * ```
 * 00 "version"     one byte, the version of this layout
 * 00 "sequence"    u64, number of changes so far
 * 01 <key>         a record: the value as it is
 * 02 <lock name>   who holds a lock and who waits for it, see lmdb-tickets.ts
 * 03 <u64>         a change, under its number: who made it (8 bytes), and the key in UTF-16
 * ```
 *
 * @module
 */

function tagged(tag: number, name: string): Buffer {
  return Buffer.concat([Buffer.of(tag), Buffer.from(name, 'utf16le')]);
}

/** Where the layout's version lies. */
export const versionKey = (): Buffer => tagged(0, 'version');

/** Where the number of the last change lies. */
export const sequenceKey = (): Buffer => tagged(0, 'sequence');

/** Where a record lies; also what the records with a prefix begin with. */
export const recordKey = (key: string): Buffer => tagged(1, key);

/** Where a lock's tickets lie. */
export const lockKey = (name: string): Buffer => tagged(2, name);

/** Where a change lies. */
export function changeKey(sequence: bigint): Buffer {
  const key = Buffer.alloc(9);
  key[0] = 3;
  key.writeBigUInt64BE(sequence, 1);
  return key;
}

/** The name behind the tag. */
export function nameOf(key: Buffer): string {
  return key.toString('utf16le', 1);
}
