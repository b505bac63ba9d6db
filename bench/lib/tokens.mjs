/**
 * Any number of tokens derived from one, so that anyone who knows that one can verify headers of all. Runs in browsers
 * too.
 *
 * @module
 */

/** @typedef {import('../contestants/contestant.mjs').Token} Token */

/**
 * A token whose identifier ends with its number, and whose secret is the first one's, changed by it.
 *
 * @param {Token} token
 * @param {number} index
 */
export function nthToken({ id, secret }, index) {
  const changed = secret.slice();
  new DataView(changed.buffer).setUint32(0, index);
  return { id: id.slice(0, -12) + index.toString(16).padStart(12, '0'), secret: changed };
}

/** The token that a header names. */
export const tokenOf = (header, token) =>
  nthToken(token, parseInt(/token_id="[^"]*-([0-9a-f]{12})"/.exec(header)?.[1] ?? '0', 16));

/** Name of a token. */
export const nameOf = (index) => `token ${index}`;

/**
 * Tokens by name, `count` of them.
 *
 * @param {Token} token
 * @param {number} count
 * @returns {Generator<[string, Token], void, undefined>}
 */
export function* tokens(token, count) {
  for (let index = 0; index < count; index++) yield [nameOf(index), nthToken(token, index)];
}
