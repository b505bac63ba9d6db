/**
 * An access token as it is persisted: one record, bound to the activation that it was made for.
 *
 * @module
 */

import { assertNotWiped, utf16, utf16Decode, utf8, utf8Decode } from '../util/bytes.ts';
import { decodeRecord, encodeRecord } from './record.ts';

/** The data of an access token. The holder must wipe `tokenSecret`. */
export interface TokenRecord {
  /** The instance that it belongs to; empty in records of version 1, which don't tell. */
  readonly instanceId: string;
  /** The name of the token; empty in records of version 1. */
  readonly name: string;
  readonly activationId: string;
  readonly tokenIdentifier: string;
  /** Signature type that the token was made with, for example `possession_knowledge`. */
  readonly signatureType: string;
  /** 16 B. */
  readonly tokenSecret: Uint8Array;
}

const VERSION = 2;
/** Fields of version 1; version 2 has added the names in UTF-16. */
const FIRST_FIELDS = 4;

/**
 * The record's bytes, including the secret; the caller must wipe them.
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
    utf16(record.instanceId),
    utf16(record.name),
  ]);
}

/**
 * Reads records of this and of all earlier versions.
 *
 * @throws INVALID_ACTIVATION_DATA
 */
export function decodeTokenRecord(bytes: Uint8Array): TokenRecord {
  const isFirst = bytes[0] === 1;
  const [activationId, tokenIdentifier, signatureType, tokenSecret, instanceId, name] = decodeRecord(
    bytes,
    isFirst ? 1 : VERSION,
    [undefined, undefined, undefined, 16, undefined, undefined],
    'token record',
    isFirst ? FIRST_FIELDS : undefined,
  );
  return {
    instanceId: utf16Decode(instanceId),
    name: utf16Decode(name),
    activationId: utf8Decode(activationId),
    tokenIdentifier: utf8Decode(tokenIdentifier),
    signatureType: utf8Decode(signatureType),
    tokenSecret,
  };
}
