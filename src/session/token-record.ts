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
  /** The tokens that this one has replaced and that the server may still have. */
  readonly formerIdentifiers?: readonly string[];
}

/** Version 2 has added the names in UTF-16, version 3 the former tokens. */
const VERSION = 3;
/** How many fields the records of each version have. */
const FIELDS = [0, 4, 6, 7];

/**
 * The record's bytes, including the secret; the caller must wipe them.
 *
 * @throws UNKNOWN_ERROR for a secret that was wiped
 */
export function encodeTokenRecord(record: TokenRecord): Uint8Array<ArrayBuffer> {
  assertNotWiped('token record', record.tokenSecret);
  const fields = [
    utf8(record.activationId),
    utf8(record.tokenIdentifier),
    utf8(record.signatureType),
    record.tokenSecret,
    utf16(record.instanceId),
    utf16(record.name),
  ];
  const { formerIdentifiers = [] } = record;
  // Version 2 suffices for most.
  return formerIdentifiers.length === 0
    ? encodeRecord(2, fields)
    : encodeRecord(VERSION, [...fields, utf8(formerIdentifiers.join(' '))]);
}

/**
 * Reads records of this and of all earlier versions.
 *
 * @throws INVALID_ACTIVATION_DATA
 */
export function decodeTokenRecord(bytes: Uint8Array): TokenRecord {
  const version = bytes[0] === 1 || bytes[0] === 2 ? bytes[0] : VERSION;
  const [activationId, tokenIdentifier, signatureType, tokenSecret, instanceId, name, former] = decodeRecord(
    bytes,
    version,
    [undefined, undefined, undefined, 16, undefined, undefined, undefined],
    'token record',
    FIELDS[version],
  );
  return {
    instanceId: utf16Decode(instanceId),
    name: utf16Decode(name),
    activationId: utf8Decode(activationId),
    tokenIdentifier: utf8Decode(tokenIdentifier),
    signatureType: utf8Decode(signatureType),
    tokenSecret,
    ...(former.length === 0 ? {} : { formerIdentifiers: utf8Decode(former).split(' ') }),
  };
}

/** How many former tokens a record names. */
const MAX_FORMERS = 16;

/** What the record that replaces this one must name: of tokens that can never be removed, only the latest. */
export function formersOf(record: TokenRecord | undefined): readonly string[] {
  if (record === undefined) return [];
  return [...(record.formerIdentifiers ?? []), record.tokenIdentifier].slice(-MAX_FORMERS);
}
