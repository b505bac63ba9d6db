/**
 * Headers with other libraries that applications use for HMAC-SHA-256. Runs in browsers too.
 *
 * @module
 */
import { headerText, message } from '../lib/header.mjs';

/** Loaded when it is needed, because it is installed only then. */
const peers = () => import('../peers/index.mjs');

/** @type {import('./contestant.mjs').Contestant[]} */
export const peersContestants = [
  {
    id: 'crypto-js',
    name: 'crypto-js',
    of: 'crypto-js',
    kind: 'javascript',
    create: async ({ token: { id, secret } }) => {
      const { CryptoJS } = await peers();
      const { Base64, Utf8 } = CryptoJS.enc;
      const key = CryptoJS.lib.WordArray.create(secret);
      return () => {
        const nonce = CryptoJS.lib.WordArray.random(16);
        const timestamp = Date.now();
        const digest = CryptoJS.HmacSHA256(nonce.clone().concat(Utf8.parse(`&${timestamp}&3.3`)), key);
        return headerText(id, Base64.stringify(digest), Base64.stringify(nonce), timestamp);
      };
    },
  },
  {
    id: 'hash-wasm',
    name: 'hash-wasm',
    of: 'hash-wasm',
    kind: 'javascript',
    create: async ({ token: { id, secret }, base64, nonce }) => {
      const { createHMAC, createSHA256 } = await peers();
      const hmac = await createHMAC(createSHA256(), secret);
      return () => {
        const random = nonce();
        const timestamp = Date.now();
        const digest = hmac.init().update(message(random, timestamp)).digest('binary');
        return headerText(id, base64(digest), base64(random), timestamp);
      };
    },
  },
  {
    id: 'jose',
    name: 'jose, a JSON Web Token with HS256',
    of: 'jose',
    kind: 'javascript',
    asynchronous: true,
    jwt: true,
    create: async ({ token: { id, secret }, base64, nonce }) => {
      const { SignJWT } = await peers();
      const algorithm = { name: 'HMAC', hash: 'SHA-256' };
      const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign']);
      return () =>
        new SignJWT({ sub: id, jti: base64(nonce()) })
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuedAt()
          .sign(key);
    },
  },
];
