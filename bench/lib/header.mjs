/**
 * The parts of a token header, for contestants that have no other way to make one. Runs in browsers too.
 *
 * @module
 */

const encoder = new TextEncoder();

/**
 * The header's text around what its maker has computed.
 *
 * @type {(tokenId: string, digest: string, nonce: string, timestamp: number) => string}
 */
export const headerText = (tokenId, digest, nonce, timestamp) =>
  `PowerAuth version="3.3", token_id="${tokenId}", token_digest="${digest}", nonce="${nonce}", timestamp="${timestamp}"`;

/**
 * The input of the digest: nonce (16 B) and the text after it, 34 B as long as ms have 13 digits.
 *
 * @param {Uint8Array} nonce
 * @param {number} timestamp
 */
export function message(nonce, timestamp) {
  const bytes = new Uint8Array(34);
  bytes.set(nonce);
  encoder.encodeInto(`&${timestamp}&3.3`, bytes.subarray(16));
  return bytes;
}
