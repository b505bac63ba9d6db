/**
 * The contestants in JavaScript.
 *
 * @module
 */
import { EVERYWHERE } from './everywhere.mjs';
import { nodeCrypto } from './node-crypto.mjs';
import { OPERATIONS } from './operations.mjs';
import { scale } from './scale.mjs';

/** Those that make headers of one token, as fast as they can. */
export const CONTESTANTS = [...nodeCrypto, ...EVERYWHERE];

/** Ours under other loads. */
export const SCALE = scale;

export function contestantOf(id) {
  const found = [...CONTESTANTS, ...SCALE, ...OPERATIONS].find((contestant) => contestant.id === id);
  if (found === undefined) throw new RangeError(`There is no contestant ${id}`);
  return found;
}
