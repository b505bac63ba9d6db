/**
 * What the contestants use of the packages that are installed here.
 *
 * @module
 */
export { default as CryptoJS } from 'crypto-js';
export { createHMAC, createSHA256 } from 'hash-wasm';
export { SignJWT } from 'jose';
