/**
 * The key that seals records at rest.
 *
 * @module
 */

import { importGcmKey } from '#crypto';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { isInstance } from '../util/instance.ts';
import { describe } from '../util/validate.ts';
import type { PowerAuthSealingKey } from './types.ts';

/** Length of a sealing key in bytes: AES-256. */
export const SEALING_KEY_LENGTH = 32;

/**
 * Creates a non-extractable AES-256-GCM key for {@link sealedStorage}.
 *
 * @param bytes 32 bytes; copied, the caller must wipe its own
 * @throws WRONG_PARAMETER for another length, UNKNOWN_ERROR in a runtime without WebCrypto
 *
 * @example
 * ```ts
 * const key = await importSealingKey(crypto.getRandomValues(new Uint8Array(32)));
 * ```
 */
export async function importSealingKey(bytes: Uint8Array): Promise<CryptoKey> {
  assertSealingKeyBytes(bytes);
  return importGcmKey(bytes);
}

/**
 * The same for keys of both kinds, one or several. They are checked before the promise is returned.
 *
 * @throws WRONG_PARAMETER
 */
export function importSealingKeys(given: PowerAuthSealingKey): Promise<CryptoKey | readonly CryptoKey[]> {
  if (!isList(given)) return importOne(given);
  if (given.length === 0) throw wrongKey('an empty array');
  return Promise.all(given.map(importOne));
}

function importOne(key: Uint8Array | CryptoKey): Promise<CryptoKey> {
  if (isInstance(key, Uint8Array)) {
    assertSealingKeyBytes(key);
    return importSealingKey(key);
  }
  assertSealingKey(key);
  return Promise.resolve(key);
}

const isList = <K extends Uint8Array | CryptoKey>(keys: K | readonly K[]): keys is readonly K[] =>
  Array.isArray(keys);

/** One key or several, as a list. */
export const keyList = (keys: CryptoKey | readonly CryptoKey[]): readonly CryptoKey[] =>
  isList(keys) ? keys : [keys];

/**
 * Refuses anything that isn't the bytes of a sealing key.
 *
 * @throws WRONG_PARAMETER
 */
export function assertSealingKeyBytes(bytes: unknown): asserts bytes is Uint8Array {
  if (isInstance(bytes, Uint8Array) && bytes.length === SEALING_KEY_LENGTH) return;
  throw wrongKey(describe(bytes));
}

/**
 * Refuses a CryptoKey that can't seal.
 *
 * @throws WRONG_PARAMETER
 */
export function assertSealingKey(key: unknown): asserts key is CryptoKey {
  const { name, length, usages } = readKey(key);
  if (name !== 'AES-GCM' || length !== 8 * SEALING_KEY_LENGTH) {
    throw wrongKey(
      name === undefined ? describe(key) : `a key for ${name}${length === undefined ? '' : `-${length}`}`,
    );
  }
  if (!usages.includes('encrypt') || !usages.includes('decrypt')) {
    throw wrongKey(`a key for ${usages.join(', ') || 'nothing'}`);
  }
}

/** What of a CryptoKey is checked. */
interface KeyProperties {
  readonly name: string | undefined;
  readonly length: number | undefined;
  readonly usages: readonly KeyUsage[];
}

/** Nothing for an object that throws when it is read. */
function readKey(key: unknown): KeyProperties {
  try {
    const { algorithm, usages = [] } = (key ?? {}) as Partial<CryptoKey>;
    const { name, length } = (algorithm ?? {}) as Partial<AesKeyAlgorithm>;
    return { name, length, usages };
  } catch {
    return { name: undefined, length: undefined, usages: [] };
  }
}

function wrongKey(received: string): Error {
  return failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `sealingKey: expected ${SEALING_KEY_LENGTH} bytes, or an AES-GCM CryptoKey of ${8 * SEALING_KEY_LENGTH} bits to encrypt and decrypt with, got ${received}`,
  );
}
