/**
 * Headers with @noble/hashes, the library under our own JavaScript engine. Runs in browsers too.
 *
 * @module
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { headerText, message } from '../lib/header.mjs';

/** @type {import('./contestant.mjs').Contestant[]} */
export const noble = [
  {
    id: 'noble',
    name: '@noble/hashes, hmac',
    of: '@noble/hashes',
    kind: 'javascript',
    create: async ({ token: { id, secret }, base64, nonce }) => {
      return () => {
        const random = nonce();
        const timestamp = Date.now();
        const digest = hmac(sha256, secret, message(random, timestamp));
        return headerText(id, base64(digest), base64(random), timestamp);
      };
    },
  },
  {
    id: 'noble-midstate',
    name: '@noble/hashes, on a cloned midstate',
    of: '@noble/hashes',
    kind: 'javascript',
    create: async ({ token: { id, secret }, base64, nonce }) => {
      const midstate = hmac.create(sha256, secret);
      return () => {
        const random = nonce();
        const timestamp = Date.now();
        const digest = midstate.clone().update(message(random, timestamp)).digest();
        return headerText(id, base64(digest), base64(random), timestamp);
      };
    },
  },
];
