/**
 * The encrypted status of an activation, and how far apart the counters are (protocol 3.3, "Activation").
 *
 * @module
 */

import { decryptCbc } from '#crypto';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { concat, equalBytes, wipe } from '../util/bytes.ts';
import { nextCounter, type SignatureCounter } from './counter.ts';
import { kdf, kdfInternal } from './kdf.ts';

/** First 4 bytes of a status that could be decrypted. */
const MAGIC = Uint8Array.of(0xde, 0xc0, 0xde, 0xd1);

/** An activation's status. */
export interface StatusBlob {
  /** 1 created, 2 pending commit, 3 active, 4 blocked, 5 removed. */
  readonly state: number;
  readonly currentVersion: number;
  readonly upgradeVersion: number;
  /** CTR_BYTE of the server. */
  readonly ctrByte: number;
  readonly failCount: number;
  readonly maxFailCount: number;
  /** Counter values that the server tries ahead of its own. */
  readonly lookAhead: number;
  /** Keyed hash of the server's CTR_DATA, 16 B. */
  readonly ctrDataHash: Uint8Array;
}

/** Passes KDF(KEY_TRANSPORT, index) to `use`, and wipes it afterwards. */
async function withDerived<T>(
  transportKey: Uint8Array,
  index: number,
  use: (key: Uint8Array) => T,
): Promise<T> {
  const key = await kdf(transportKey, index);
  try {
    return use(key);
  } finally {
    wipe(key);
  }
}

/** IV of the status: KDF_INTERNAL(KDF(KEY_TRANSPORT, 3000), challenge ‖ nonce). All 16 B. */
export function statusBlobIv(
  transportKey: Uint8Array,
  challenge: Uint8Array,
  nonce: Uint8Array,
): Promise<Uint8Array> {
  return withDerived(transportKey, 3000, (key) => kdfInternal(key, concat(challenge, nonce)));
}

/**
 * Decrypts a status.
 *
 * ```
 *  0  DE C0 DE D1     6  upgrade version      13  failures
 *  4  state           7  flags, reserved 5 B  14  failures that block
 *  5  version        12  CTR_BYTE             15  look-ahead           16  hash of CTR_DATA, 16 B
 * ```
 *
 * Servers from 2.0 on offer an activation of protocol 3 an upgrade to 4, and set flags. Neither changes anything here.
 *
 * @returns undefined if the server doesn't know the activation and sent random bytes
 * @throws ENCRYPTION_ERROR for a length other than 32 B
 */
export async function decryptStatusBlob(input: {
  /** KEY_TRANSPORT, 16 B. */
  readonly transportKey: Uint8Array;
  /** 32 B. */
  readonly encryptedStatusBlob: Uint8Array;
  /** 16 B. */
  readonly challenge: Uint8Array;
  /** 16 B. */
  readonly nonce: Uint8Array;
}): Promise<StatusBlob | undefined> {
  const { transportKey, encryptedStatusBlob, challenge, nonce } = input;
  if (encryptedStatusBlob.length !== 32) {
    throw failure(
      PowerAuthErrorCode.ENCRYPTION_ERROR,
      `encryptedStatusBlob: expected 32 bytes, got ${encryptedStatusBlob.length}`,
    );
  }
  const iv = await statusBlobIv(transportKey, challenge, nonce);
  const blob = await decryptCbc(transportKey, iv, encryptedStatusBlob, false);
  if (!equalBytes(blob.subarray(0, 4), MAGIC)) return undefined;
  const byte = (offset: number) => blob[offset] ?? 0;
  return {
    state: byte(4),
    currentVersion: byte(5),
    upgradeVersion: byte(6),
    ctrByte: byte(12),
    failCount: byte(13),
    maxFailCount: byte(14),
    lookAhead: byte(15),
    ctrDataHash: blob.slice(16, 32),
  };
}

/** Keyed hash of a CTR_DATA, which a status carries instead of it. */
export function counterHash(transportKey: Uint8Array, ctrData: Uint8Array): Promise<Uint8Array> {
  return withDerived(transportKey, 4000, (key) => kdfInternal(key, ctrData));
}

/** Whether a local counter is the server's. */
export function isInSync(input: {
  readonly counter: SignatureCounter;
  readonly blob: StatusBlob;
  readonly transportKey: Uint8Array;
}): Promise<boolean> {
  const { counter, blob, transportKey } = input;
  return withDerived(transportKey, 4000, (key) => isSame(key, counter, blob));
}

/** @param key of {@link counterHash} */
function isSame(key: Uint8Array, { ctrByte, ctrData }: SignatureCounter, blob: StatusBlob): boolean {
  return ctrByte === blob.ctrByte && equalBytes(kdfInternal(key, ctrData), blob.ctrDataHash);
}

/** How a local counter compares with the server's. */
export type CounterComparison =
  | { readonly kind: 'in-sync' }
  /** The local one is `distance` values ahead. */
  | { readonly kind: 'local-ahead'; readonly distance: number }
  /** The server's is `distance` values ahead, at `counter`, which the caller must wipe. */
  | { readonly kind: 'local-behind'; readonly distance: number; readonly counter: SignatureCounter }
  /** Neither reaches the other within the look-ahead. */
  | { readonly kind: 'deadlock' };

/** Compares counters. The server's own value is secret to neither side, but is only sent as a hash. */
export function compareCounters(input: {
  readonly counter: SignatureCounter;
  readonly blob: StatusBlob;
  readonly transportKey: Uint8Array;
}): Promise<CounterComparison> {
  const { counter, blob, transportKey } = input;
  return withDerived(transportKey, 4000, (key) => compareUnder(key, counter, blob));
}

/** @param key of {@link counterHash} */
function compareUnder(key: Uint8Array, counter: SignatureCounter, blob: StatusBlob): CounterComparison {
  let candidate = counter;
  for (let distance = 0; distance <= blob.lookAhead; distance++) {
    if (isSame(key, candidate, blob)) {
      return distance === 0 ? { kind: 'in-sync' } : { kind: 'local-behind', distance, counter: candidate };
    }
    const next = nextCounter(candidate);
    if (candidate !== counter) wipe(candidate.ctrData);
    candidate = next;
  }
  if (candidate !== counter) wipe(candidate.ctrData);
  // A hash chain can't be walked backwards: only CTR_BYTE shows that the local one is ahead.
  const ahead = (counter.ctrByte - blob.ctrByte + 256) % 256;
  return ahead > 0 && ahead <= blob.lookAhead
    ? { kind: 'local-ahead', distance: ahead }
    : { kind: 'deadlock' };
}
