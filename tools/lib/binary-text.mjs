/**
 * Bytes as text for source files. `src/hot-path/binary-text.ts` reads it, and says how it is made.
 *
 * @module
 */

/**
 * The digits, those first that minified JavaScript has most. gzip makes one code for all text of a block, so it gains if
 * what is frequent in WebAssembly is the same characters.
 */
const CHARACTERS =
  'teirns()oa.=,hclu{}d#f;:wgvy0pm?&bA>OENTIRk!1_C[]+S|263DU4$PL-K8xBM5HGVj7z9W<FY/*qJXZQ^%~@';
const FIRST = 250;
const PAIRS = 2;
const BASE = CHARACTERS.length;

/** Of one byte. @param {number} byte @returns {number[]} */
function digitsOf(byte) {
  const place = (byte - FIRST + 256) % 256;
  const rest = place + PAIRS - BASE;
  return rest < 0 ? [place + PAIRS] : [Math.floor(rest / BASE), rest % BASE];
}

/** @param {Uint8Array} bytes */
export function encodeBinary(bytes) {
  const digits = Array.from(bytes, digitsOf).flat();
  const counts = Array.from({ length: BASE }, () => 0);
  for (const digit of digits) counts[digit] = (counts[digit] ?? 0) + 1;
  const byCount = [...counts.keys()].sort(
    (one, other) => (counts[other] ?? 0) - (counts[one] ?? 0) || one - other,
  );
  const alphabet = counts.map((_, digit) => CHARACTERS[byCount.indexOf(digit)]);
  return [...alphabet, ...digits.map((digit) => alphabet[digit])].join('');
}
