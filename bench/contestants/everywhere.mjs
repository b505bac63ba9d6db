/**
 * The contestants that run in browsers as well as in Node.
 *
 * @module
 */
import { noble } from './noble.mjs';
import { ours } from './ours.mjs';
import { peersContestants } from './peers.mjs';
import { webCrypto } from './web-crypto.mjs';

/** Those that make headers of one token, as fast as they can. */
export const EVERYWHERE = [...webCrypto, ...peersContestants, ...noble, ...ours];
