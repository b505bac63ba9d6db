/**
 * The contestants.
 *
 * @module
 */
import { noble } from './noble.mjs';
import { nodeCrypto } from './node-crypto.mjs';
import { ours } from './ours.mjs';
import { peersContestants } from './peers.mjs';
import { webCrypto } from './web-crypto.mjs';

/** Those in JavaScript. */
export const CONTESTANTS = [...webCrypto, ...peersContestants, ...noble, ...nodeCrypto, ...ours];

export function contestantOf(id) {
  const found = CONTESTANTS.find((contestant) => contestant.id === id);
  if (found === undefined) throw new RangeError(`There is no contestant ${id}`);
  return found;
}
