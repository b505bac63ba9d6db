/**
 * Parts of whole operations, ours and those of a plain client: they show what bounds the operations.
 *
 * @module
 */
import crypto from 'node:crypto';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { hmacSha256 } from '../../dist/crypto/node.js';
import { sealedStorage } from '../../dist/storage/sealed.js';
import { seal, unseal } from '../contestants/plain-client.mjs';

const NAME = 'record';

/**
 * Those that send nothing, by their ids.
 *
 * @param {number} recordLength of an activation's record, before it is sealed
 * @returns {Promise<Record<string, () => unknown>>}
 */
export async function localParts(recordLength) {
  const storage = sealedStorage(memoryStorage(), crypto.randomBytes(32));
  await storage.set(NAME, new Uint8Array(recordLength));
  const key = crypto.createSecretKey(crypto.randomBytes(32));
  let sealed = seal(key, Buffer.alloc(recordLength));
  const [macKey, message] = [crypto.randomBytes(16), crypto.randomBytes(100)];
  return {
    update: () => storage.update(NAME, (record) => record),
    sealing: () => (sealed = seal(key, unseal(key, sealed))),
    hmac: () => hmacSha256(macKey, message),
    createHmac: () => crypto.createHmac('sha256', macKey).update(message).digest(),
  };
}

/**
 * Requests alone, by their ids: as the plain client sends them, and as one that has a deadline.
 *
 * @param {string} baseUrl
 * @returns {Record<string, () => unknown>}
 */
export function requestParts(baseUrl) {
  const post = async (/** @type {RequestInit} */ more) => {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    const init = { method: 'POST', headers, body: '', ...more };
    return (await fetch(`${baseUrl}/pa/v3/status`, init)).json();
  };
  return {
    abortable: () => post({ signal: new AbortController().signal }),
    fetch: () => post({}),
  };
}
