/**
 * The required form of the caller's storage and sealing key.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import type { PowerAuthSealingKey, PowerAuthStorage } from '../storage/types.ts';

const STORAGE_METHODS = ['get', 'set', 'delete', 'list', 'update', 'lock', 'subscribe', 'close'] as const;

function isStorage(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    STORAGE_METHODS.every((method) => typeof (value as Record<string, unknown>)[method] === 'function')
  );
}

function isSealingKey(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.every(isOneKey) : isOneKey(value);
}

function isOneKey(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length === 32;
  return (
    value instanceof CryptoKey &&
    value.algorithm.name === 'AES-GCM' &&
    (value.algorithm as AesKeyAlgorithm).length === 256 &&
    value.usages.includes('encrypt') &&
    value.usages.includes('decrypt')
  );
}

/** Any storage. */
export const storageSchema = s.custom<PowerAuthStorage>(
  isStorage,
  `a PowerAuthStorage (${STORAGE_METHODS.join(', ')})`,
);

/** Any sealing key. */
export const sealingKeySchema = s.custom<PowerAuthSealingKey>(
  isSealingKey,
  '32 bytes, or a 256-bit AES-GCM CryptoKey that may encrypt and decrypt, or several of these',
);
