/**
 * Headers with WebCrypto, one after another and many at once. Runs in browsers too.
 *
 * @module
 */
import { headerText, message } from '../lib/header.mjs';

const AT_ONCE = 64;

async function makingOne({ token: { id, secret }, base64, nonce }) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign']);
  return async () => {
    const random = nonce();
    const timestamp = Date.now();
    const digest = new Uint8Array(await crypto.subtle.sign('HMAC', key, message(random, timestamp)));
    return headerText(id, base64(digest), base64(random), timestamp);
  };
}

/** @type {import('./contestant.mjs').Contestant[]} */
export const webCrypto = [
  {
    id: 'web-crypto',
    name: 'WebCrypto, one after another',
    of: 'runtime',
    kind: 'javascript',
    asynchronous: true,
    create: makingOne,
  },
  {
    id: 'web-crypto-64',
    name: `WebCrypto, ${AT_ONCE} at once`,
    of: 'runtime',
    kind: 'javascript',
    asynchronous: true,
    perCall: AT_ONCE,
    create: async (setting) => {
      const one = await makingOne(setting);
      return () => Promise.all(Array.from({ length: AT_ONCE }, one));
    },
  },
];
