// eslint-disable-next-line @typescript-eslint/ban-ts-comment -- the packages are installed only when it runs
// @ts-nocheck
/**
 * What the contestants use of the packages that are installed here.
 *
 * @module
 */
export { default as CryptoJS } from 'crypto-js';
export { createHMAC, createSHA256 } from 'hash-wasm';
export { SignJWT } from 'jose';
