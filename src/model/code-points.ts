/**
 * Text as code points in memory that can be wiped, unlike a string.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { copySecret, equalBytes, secretBytes, wipe } from '../util/bytes.ts';
import { describe } from '../util/validate.ts';

/** A sequence of Unicode code points. Memory that it no longer needs is overwritten with zeros. */
export class CodePoints {
  /** Only the first `#length` count; all others are zero. */
  #points = new Uint32Array(32);
  #length = 0;

  /** The number of code points. */
  get length(): number {
    return this.#length;
  }

  /** Inserts a code point before position `at`, 0 to the length. */
  insert(point: number, at: number): void {
    if (this.#length === this.#points.length) {
      const larger = new Uint32Array(2 * this.#length);
      larger.set(this.#points);
      this.#points.fill(0);
      this.#points = larger;
    }
    this.#points.copyWithin(at + 1, at, this.#length++);
    this.#points[at] = point;
  }

  /** Removes the code point at `position`, 0 to the length minus 1. */
  remove(position: number): void {
    this.#points.copyWithin(position, position + 1, this.#length);
    this.#points[--this.#length] = 0;
  }

  /** Removes and wipes all code points. */
  wipe(): void {
    this.#points.fill(0);
    this.#length = 0;
  }

  /** Compares in a time that depends only on the lengths. */
  equals(other: CodePoints): boolean {
    return equalBytes(this.#bytes, other.#bytes);
  }

  /** UTF-8 (RFC 3629). The caller must wipe it. */
  toUtf8(): Uint8Array<ArrayBuffer> {
    const scratch = secretBytes(4 * this.#length);
    let length = 0;
    for (const point of this.#points.subarray(0, this.#length)) {
      if (point < 0x80) scratch[length++] = point;
      else {
        const following = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
        scratch[length++] = (LEADING_BITS[following] ?? 0) | (point >> (6 * following));
        for (let i = following - 1; i >= 0; i--) scratch[length++] = 0x80 | ((point >> (6 * i)) & 0x3f);
      }
    }
    const bytes = copySecret(scratch, 0, length);
    wipe(scratch);
    return bytes;
  }

  get #bytes(): Uint8Array {
    return new Uint8Array(this.#points.buffer, this.#points.byteOffset, 4 * this.#length);
  }
}

/** First byte of a UTF-8 sequence, by the number of bytes that follow. */
const LEADING_BITS = [0, 0xc0, 0xe0, 0xf0];

/** @throws WRONG_PARAMETER unless `value` is a position, 0 to `last` */
export function assertPosition(value: unknown, last: number, field: string): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > last) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      // The number itself would reveal a length that the password doesn't have.
      `${field}: expected a position within the password, got ${typeof value === 'number' ? 'another number' : describe(value)}`,
    );
  }
}

/** The code point that a character is, or begins with. @throws WRONG_PARAMETER for anything else */
export function codePoint(character: unknown): number {
  const point = typeof character === 'string' ? character.codePointAt(0) : character;
  const isCodePoint = typeof point === 'number' && Number.isInteger(point) && point >= 0 && point <= 0x10ffff;
  // A lone surrogate is not a character, and has no UTF-8 form.
  if (!isCodePoint || (point >= 0xd800 && point <= 0xdfff)) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      'character: expected a Unicode code point, or a string that begins with one; got something else',
    );
  }
  return point;
}
