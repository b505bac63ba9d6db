/**
 * Bytes as text for source files. `src/hot-path/binary-text.ts` reads it, and says how it is made.
 *
 * @module
 */

const FIRST = 250;
const DIGITS = [...Array(92).keys()]
  .map((index) => String.fromCharCode(35 + index))
  .filter((character) => !["'", '\\'].includes(character));
const PAIRS = 2;

/** @param {Uint8Array} bytes */
export function encodeBinary(bytes) {
  return Array.from(bytes, (byte) => {
    const place = (byte - FIRST + 256) % 256;
    const rest = place - (DIGITS.length - PAIRS);
    if (rest < 0) return DIGITS[place + PAIRS];
    return `${DIGITS[Math.floor(rest / DIGITS.length)]}${DIGITS[rest % DIGITS.length]}`;
  }).join('');
}
