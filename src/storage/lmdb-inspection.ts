/**
 * Looks into an LMDB data file before LMDB does, because lmdb-js ends the process on a file that is none (SIGSEGV) or whose
 * end is missing (SIGBUS). Nothing but what is read from the disk is believed.
 *
 * Data format 2, on 64-bit machines, in their own byte order:
 *
 * ```
 * page     0 u64 its number | 8 u64 transaction | 18 u16 flags | 20 u16 end of the pointers | 24 u16 pointers to nodes …
 * meta     a page, and: 24 u32 magic | 28 u32 version | 48 u32 page size | 88 u64 root of the free pages
 *          136 u64 root of the records | 144 u64 last page | 152 u64 transaction
 * node     0 u16, 2 u16, 4 u16 page below, lowest first (branch), or flags at 4 (leaf) | 6 u16 length of the key | 8 key …
 * large    behind the key: 0 u64 first page of the value | 16 u64 number of its pages
 * ```
 *
 * @module
 */

import { open, type FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';

const HEADER_LENGTH = 24;
const META_LENGTH = 160;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const NO_PAGE = 2n ** 64n - 1n;
const BRANCH = 1;
const LEAF = 2;
const LARGE_VALUE = 1;

const littleEndian = endianness() === 'LE';
const u16 = (page: Buffer, at: number): number =>
  littleEndian ? page.readUInt16LE(at) : page.readUInt16BE(at);
const u32 = (page: Buffer, at: number): number =>
  littleEndian ? page.readUInt32LE(at) : page.readUInt32BE(at);
const u64 = (page: Buffer, at: number): bigint =>
  littleEndian ? page.readBigUInt64LE(at) : page.readBigUInt64BE(at);

interface Meta {
  readonly pageSize: number;
  readonly transaction: bigint;
  readonly lastPage: bigint;
  readonly roots: readonly bigint[];
}

/**
 * What is wrong with a data file, if anything.
 *
 * The header is always looked at. The pages are only if the file is shorter than its header says: it may be whole all the
 * same, because LMDB leaves out free pages at the end, or it was cut off.
 *
 * @param path a file that is not empty
 */
export async function faultOf(path: string): Promise<string | undefined> {
  // Elsewhere the fields lie at other places, and LMDB has to look itself.
  if (!process.arch.endsWith('64')) return undefined;
  const handle = await open(path, 'r');
  try {
    const meta = await readMeta(handle);
    if (meta === undefined) return 'this is no LMDB file, or its header is damaged';
    const { size } = await handle.stat();
    const pages = BigInt(Math.floor(size / meta.pageSize));
    if (meta.lastPage < pages || (await isWhole(handle, meta, pages))) return undefined;
    // Where somebody writes meanwhile, pages change while they are looked at; and somebody who writes can read, too.
    const later = await readMeta(handle);
    return later?.transaction === meta.transaction ? 'a part of it is missing' : undefined;
  } finally {
    await handle.close();
  }
}

async function read(handle: FileHandle, length: number, position: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, position);
  return bytes;
}

/** The newer one of the two headers; undefined if one of them is none. */
async function readMeta(handle: FileHandle): Promise<Meta | undefined> {
  const first = metaFrom(await read(handle, META_LENGTH, 0));
  if (first === undefined) return undefined;
  const second = metaFrom(await read(handle, META_LENGTH, first.pageSize));
  if (second?.pageSize !== first.pageSize) return undefined;
  return first.transaction > second.transaction ? first : second;
}

function metaFrom(page: Buffer): Meta | undefined {
  if (u32(page, 24) !== MAGIC || (u32(page, 28) & 0xffff) !== DATA_VERSION) return undefined;
  const pageSize = u32(page, 48);
  if (pageSize < 256 || pageSize > 65_536) return undefined;
  const roots = [u64(page, 88), u64(page, 136)].filter((root) => root !== NO_PAGE);
  return { pageSize, roots, lastPage: u64(page, 144), transaction: u64(page, 152) };
}

/** Whether each page that is referred to is among the first `pages`. */
async function isWhole(handle: FileHandle, { roots, pageSize }: Meta, pages: bigint): Promise<boolean> {
  const pending = [...roots];
  let visited = 0n;
  for (let number = pending.pop(); number !== undefined; number = pending.pop()) {
    // More pages than there are means that they go round in a circle.
    if (number >= pages || ++visited > pages) return false;
    const page = await read(handle, pageSize, Number(number) * pageSize);
    try {
      const { below, end } = references(page);
      if (end > pages) return false;
      pending.push(...below);
    } catch {
      // Something points out of the page.
      return false;
    }
  }
  return true;
}

/** The pages below a page, and the end of those that its large values take. Throws a RangeError for nonsense. */
function references(page: Buffer): { below: bigint[]; end: bigint } {
  const flags = u16(page, 18);
  if ((flags & (BRANCH | LEAF)) === 0) throw new RangeError('neither branch nor leaf');
  const below: bigint[] = [];
  let end = 0n;
  for (let pointer = HEADER_LENGTH; pointer < u16(page, 20); pointer += 2) {
    const node = u16(page, pointer);
    if ((flags & BRANCH) !== 0) {
      below.push(BigInt(u16(page, node) + u16(page, node + 2) * 2 ** 16 + u16(page, node + 4) * 2 ** 32));
    } else if ((u16(page, node + 4) & LARGE_VALUE) !== 0) {
      const value = node + 8 + u16(page, node + 6);
      const last = u64(page, value) + u64(page, value + 16);
      if (last > end) end = last;
    }
  }
  return { below, end };
}
