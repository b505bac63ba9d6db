/**
 * Looks for secrets in the memory of another process, on Linux. The process that looks holds them itself, so it must not be
 * the one that is looked at.
 *
 * @module
 */

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Read at a time, bytes. */
const CHUNK = 1 << 22;

/** Base64 of `secret` wherever it may stand within other bytes, less the characters at its ends that these would change. */
function base64Forms(secret: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), secret]).toString('base64');
    return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + secret.length) * 8) / 6));
  });
}

/** The forms in which a secret may lie in memory: raw, little-endian, hex and Base64, the texts in one byte a character and in two. */
export function formsOf(secret: Uint8Array): Buffer[] {
  const raw = Buffer.from(secret);
  const hex = raw.toString('hex');
  const base64 = base64Forms(raw);
  const base64url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const texts = new Set([hex, hex.toUpperCase(), ...base64, ...base64url]);
  return [
    raw,
    Buffer.from(raw).reverse(),
    ...[...texts].flatMap((text) => [Buffer.from(text, 'latin1'), Buffer.from(text, 'utf16le')]),
  ];
}

/** Needles by their first four bytes. */
class Needles {
  /** Marks the first two bytes of needles: most places are ruled out by one look. */
  readonly #marks = new Uint8Array(65_536);
  readonly #byBeginning = new Map<number, { readonly name: string; readonly bytes: Buffer }[]>();
  /** Length of the longest. */
  readonly longest: number;

  constructor(needles: Readonly<Record<string, readonly Buffer[]>>) {
    let longest = 0;
    for (const [name, forms] of Object.entries(needles)) {
      for (const bytes of forms) {
        const beginning = bytes.readUInt32LE(0);
        this.#marks[beginning & 0xffff] = 1;
        const others = this.#byBeginning.get(beginning) ?? [];
        this.#byBeginning.set(beginning, [...others, { name, bytes }]);
        longest = Math.max(longest, bytes.length);
      }
    }
    this.longest = longest;
  }

  /** Calls `found` with the name of each needle that begins before `end`. */
  search(memory: Buffer, end: number, found: (name: string) => void): void {
    let last = memory[0] ?? 0;
    for (let i = 0; i < end; i++) {
      const next = memory[i + 1] ?? 0;
      if (this.#marks[last | (next << 8)] === 1 && i + 4 <= memory.length) {
        for (const { name, bytes } of this.#byBeginning.get(memory.readUInt32LE(i)) ?? []) {
          if (memory.compare(bytes, 0, bytes.length, i, Math.min(i + bytes.length, memory.length)) === 0)
            found(name);
        }
      }
      last = next;
    }
  }
}

/** Address ranges that the process can write to: heaps, stacks, and what its libraries have for themselves. */
function writableRanges(pid: number): (readonly [from: number, to: number])[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, from = '', to = '', permissions = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
    return permissions.startsWith('rw') ? [[parseInt(from, 16), parseInt(to, 16)] as const] : [];
  });
}

/**
 * How often each secret lies in the memory of a process.
 *
 * @param needles forms by the secret's name, see {@link formsOf}
 * @returns a count for each name that was found
 */
export function scanMemory(
  pid: number,
  needles: Readonly<Record<string, readonly Buffer[]>>,
): Record<string, number> {
  const search = new Needles(needles);
  const found: Record<string, number> = {};
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const buffer = Buffer.alloc(CHUNK + search.longest);
  try {
    for (const [from, to] of writableRanges(pid)) {
      for (let at = from; at < to; at += CHUNK) {
        let length: number;
        try {
          length = readSync(memory, buffer, 0, Math.min(buffer.length, to - at), at);
        } catch {
          // Reserved, and not there.
          continue;
        }
        const chunk = buffer.subarray(0, length);
        search.search(chunk, Math.min(length, CHUNK), (name) => (found[name] = (found[name] ?? 0) + 1));
      }
    }
  } finally {
    closeSync(memory);
  }
  return found;
}
