/**
 * Bytes as text for source files: one character for most bytes of WebAssembly, two for the others. gzip
 * makes that smaller than hexadecimal or Base64. `tools/lib/binary-text.mjs` writes it.
 *
 * The 90 characters from # to ~ without ' and \ stand for 0 to 89. Bytes are counted from 250, which makes 0 to 81 and 250
 * to 255 the first 88. They are one character, of 2 to 89. Any other has a 0 or 1 before its last digit to the base of 90.
 *
 * @module
 */

/** What comes first among bytes. */
const FIRST = 250;
const BASE = 90;
/** How many characters begin a pair. */
const PAIRS = 2;

function digitAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code - (code > 92 ? 37 : code > 39 ? 36 : 35);
}

/** The bytes of `text`. */
export function decodeBinary(text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const digit = digitAt(text, i);
    bytes.push(FIRST + (digit < PAIRS ? BASE - PAIRS + BASE * digit + digitAt(text, ++i) : digit - PAIRS));
  }
  return Uint8Array.from(bytes);
}
