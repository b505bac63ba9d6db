/**
 * An access token as it is persisted: one record, bound to the activation that it was made for.
 *
 * @module
 */

import { assertNotWiped, utf8, utf8Decode } from '../util/bytes.ts';
import { decodeRecord, encodeRecord } from './record.ts';

/** What is known of an access token. Who holds one wipes `tokenSecret`. */
export interface TokenRecord {
  readonly activationId: string;
  readonly tokenIdentifier: string;
  /** Signature type that the token was made with, for example `possession_knowledge`. */
  readonly signatureType: string;
  /** 16 B. */
  readonly tokenSecret: Uint8Array;
}

const VERSION = 1;

/**
 * The record's bytes, the secret among them; the caller wipes them.
 *
 * @throws UNKNOWN_ERROR for a secret that was wiped
 */
export function encodeTokenRecord(record: TokenRecord): Uint8Array<ArrayBuffer> {
  assertNotWiped('token record', record.tokenSecret);
  return encodeRecord(VERSION, [
    utf8(record.activationId),
    utf8(record.tokenIdentifier),
    utf8(record.signatureType),
    record.tokenSecret,
  ]);
}

/** @throws INVALID_ACTIVATION_DATA */
export function decodeTokenRecord(bytes: Uint8Array): TokenRecord {
  const [activationId, tokenIdentifier, signatureType, tokenSecret] = decodeRecord(
    bytes,
    VERSION,
    [undefined, undefined, undefined, 16],
    'token record',
  );
  return {
    activationId: utf8Decode(activationId),
    tokenIdentifier: utf8Decode(tokenIdentifier),
    signatureType: utf8Decode(signatureType),
    tokenSecret,
  };
}
