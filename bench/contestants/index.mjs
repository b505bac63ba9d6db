/**
 * The contestants.
 *
 * @module
 */
import { noble } from './noble.mjs';
import { nodeCrypto } from './node-crypto.mjs';
import { ours } from './ours.mjs';
import { peersContestants } from './peers.mjs';
import { scale } from './scale.mjs';
import { webCrypto } from './web-crypto.mjs';

/** Those in JavaScript who make a header of one token, as fast as they can. */
export const CONTESTANTS = [...webCrypto, ...peersContestants, ...noble, ...nodeCrypto, ...ours];

/** Ours under other loads. */
export const SCALE = scale;

export function contestantOf(id) {
  const found = [...CONTESTANTS, ...SCALE].find((contestant) => contestant.id === id);
  if (found === undefined) throw new RangeError(`There is no contestant ${id}`);
  return found;
}
