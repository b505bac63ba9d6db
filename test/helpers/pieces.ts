/**
 * What is left of values in the files of a folder.
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** As short as a piece can be that isn't there by chance. */
const PIECE = 12;

const piecesOf = (value: Uint8Array): Buffer[] => {
  const bytes = Buffer.from(value);
  const count = Math.floor(bytes.length / PIECE);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * PIECE, (i + 1) * PIECE));
};

/**
 * The files of a folder as they are, end to end. Another process reads them: SQLite's locks are lost as soon as its own
 * process closes any descriptor of a database.
 */
export function rawContent(folder: string): Buffer {
  const files = readdirSync(folder).map((name) => join(folder, name));
  return execFileSync('cat', ['--', ...files], { maxBuffer: 2 ** 30 });
}

/** How many pieces of `gone` lie in a content, at any place; those of values that are `present` don't count. */
export function piecesIn(
  content: Buffer,
  gone: readonly Uint8Array[],
  present: readonly Uint8Array[] = [],
): number {
  const kept = new Set(present.flatMap((value) => piecesOf(value).map((piece) => piece.toString('latin1'))));
  const pieces = new Map<number, Buffer[]>();
  for (const piece of gone.flatMap(piecesOf)) {
    if (kept.has(piece.toString('latin1'))) continue;
    const start = piece.readUInt32LE(0);
    pieces.set(start, [...(pieces.get(start) ?? []), piece]);
  }
  let found = 0;
  for (let at = 0; at + PIECE <= content.length; at++) {
    const here = pieces.get(content.readUInt32LE(at));
    if (here?.some((piece) => piece.equals(content.subarray(at, at + PIECE))) === true) found++;
  }
  return found;
}

/** The same in the files of a folder. */
export function piecesLeft(folder: string, gone: readonly Uint8Array[]): number {
  return piecesIn(rawContent(folder), gone);
}
