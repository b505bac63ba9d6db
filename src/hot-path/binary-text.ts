/**
 * Bytes as text for source files: one character for most bytes of WebAssembly, two for the others. gzip makes that
 * smaller than hexadecimal or Base64. `tools/lib/binary-text.mjs` writes it.
 *
 * The text begins with its 90 digits. Bytes are counted from 250 on, so the first 88 are 250 to 255 and 0 to 81. They
 * are one digit each, 2 to 89. Any other byte has digit 0 or 1 before it, and they are a number to the base of 90.
 *
 * @module
 */

const BASE = 90;
/** The first byte. */
const FIRST = 250;
/** How many digits begin a pair. */
const PAIRS = 2;

/** The bytes of `text`. */
export function decodeBinary(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.slice(0, BASE);
  const bytes: number[] = [];
  let beforeIt = 0;
  for (const character of text.slice(BASE)) {
    const digit = digits.indexOf(character);
    if (beforeIt === 0 && digit < PAIRS) {
      beforeIt = BASE * (digit + 1);
    } else {
      bytes.push(FIRST - PAIRS + beforeIt + digit);
      beforeIt = 0;
    }
  }
  return Uint8Array.from(bytes);
}
