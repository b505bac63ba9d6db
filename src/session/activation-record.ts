/**
 * The activation as it is persisted: all of it is one record, so no crash can leave half of it.
 *
 * @module
 */

import type { PasswordDerivation, PasswordHash } from '../protocol/knowledge.ts';
import { assertNotWiped, be32, utf16, utf16Decode, utf8, utf8Decode, wipe } from '../util/bytes.ts';
import { decodeRecord, encodeRecord, misplacedRecord } from './record.ts';

/** Hash-based counter of the signatures. */
export interface SignatureCounter {
  /** CTR_DATA, 16 B. */
  readonly ctrData: Uint8Array;
  /** CTR_BYTE, 0 to 255. */
  readonly ctrByte: number;
}

/** The knowledge factor key, wrapped under the password. The salt isn't secret, and distinguishes wrappings. */
export interface WrappedKnowledgeKey extends PasswordDerivation {
  /** 16 B, not secret. New with each change of the password, and kept when the same password wraps the key again. */
  readonly passwordId: Uint8Array;
  /** 16 B. */
  readonly wrappedKey: Uint8Array;
}

/** The biometry factor key, wrapped under a secret of the biometry provider. */
export interface WrappedBiometryKey {
  /** Name of the provider that created the secret. */
  readonly provider: string;
  /** Finds the secret; see {@link PowerAuthBiometrySecret}. */
  readonly descriptor: Uint8Array;
  /** 44 B, see biometry/factor-key.ts. */
  readonly wrappedKey: Uint8Array;
}

/** The data of a committed activation. The holder must wipe it with {@link wipeActivationRecord}. */
export interface ActivationRecord {
  /** The instance that it belongs to; empty in records of version 5 and before, which don't tell. */
  readonly instanceId: string;
  readonly activationId: string;
  /** 33 B. */
  readonly serverPublicKey: Uint8Array;
  /** 33 B. */
  readonly devicePublicKey: Uint8Array;
  /** 48 B, under the vault key, which is not stored. */
  readonly wrappedDevicePrivateKey: Uint8Array;
  /** 16 B. */
  readonly possessionKey: Uint8Array;
  /** KEY_TRANSPORT, 16 B. */
  readonly transportKey: Uint8Array;
  readonly knowledge: WrappedKnowledgeKey;
  readonly counter: SignatureCounter;
  /** Recovery code and PUK under the vault key, or nothing. */
  readonly wrappedRecoveryData: Uint8Array;
  /** Undefined without a biometry factor. */
  readonly biometry?: WrappedBiometryKey | undefined;
}

const VERSION = 6;
/** Instead of a version: marks a reservation. */
const RESERVATION = 0;
const NOTHING = new Uint8Array(0);
/** Fields of each version; later versions have added theirs at the end. */
const FIELDS: Readonly<Record<number, number>> = { 1: 11, 2: 12, 3: 15, 4: 16, 5: 17, 6: 18 };
const LENGTHS = [
  undefined, // activation id
  33, // server public key
  33, // device public key
  48, // wrapped device private key
  16, // possession key
  16, // transport key
  16, // salt
  4, // iterations
  16, // wrapped knowledge key
  16, // CTR_DATA
  1, // CTR_BYTE
  undefined, // wrapped recovery data, or nothing
  undefined, // biometry provider, or nothing, as in the two that follow
  undefined, // descriptor
  undefined, // wrapped biometry key
  1, // hash of PBKDF2; records of version 3 and before have none, and SHA-1
  16, // password id; records of version 4 and before have none, and their salt stands for it
  undefined, // instance id in UTF-16; records of version 5 and before have none
] as const;
/** By their number in a record. */
const HASHES: readonly PasswordHash[] = ['SHA-1', 'SHA-256'];

/**
 * The record's bytes, including secrets; the caller must wipe them.
 *
 * @throws UNKNOWN_ERROR for secrets that were wiped
 */
export function encodeActivationRecord(record: ActivationRecord): Uint8Array<ArrayBuffer> {
  assertNotWiped('activation record', ...secretsOf(record));
  return encodeRecord(VERSION, [
    utf8(record.activationId),
    record.serverPublicKey,
    record.devicePublicKey,
    record.wrappedDevicePrivateKey,
    record.possessionKey,
    record.transportKey,
    record.knowledge.salt,
    be32(record.knowledge.iterations),
    record.knowledge.wrappedKey,
    record.counter.ctrData,
    Uint8Array.of(record.counter.ctrByte),
    record.wrappedRecoveryData,
    utf8(record.biometry?.provider ?? ''),
    record.biometry?.descriptor ?? NOTHING,
    record.biometry?.wrappedKey ?? NOTHING,
    Uint8Array.of(HASHES.indexOf(record.knowledge.hash)),
    record.knowledge.passwordId,
    utf16(record.instanceId),
  ]);
}

/**
 * Reads records of this and of all earlier versions.
 *
 * @throws INVALID_ACTIVATION_DATA
 */
export function decodeActivationRecord(bytes: Uint8Array): ActivationRecord {
  const [
    id,
    server,
    device,
    wrappedPrivate,
    possession,
    transport,
    salt,
    iterations,
    wrapped,
    ctrData,
    ctrByte,
    recovery,
    provider,
    descriptor,
    wrappedBiometryKey,
    hash,
    passwordId,
    instanceId,
  ] = decodeFields(bytes);
  return {
    instanceId: utf16Decode(instanceId),
    activationId: utf8Decode(id),
    serverPublicKey: server,
    devicePublicKey: device,
    wrappedDevicePrivateKey: wrappedPrivate,
    possessionKey: possession,
    transportKey: transport,
    knowledge: {
      hash: HASHES[hash[0] ?? 0] ?? 'SHA-256',
      salt,
      iterations: new DataView(iterations.buffer, iterations.byteOffset).getUint32(0),
      wrappedKey: wrapped,
      passwordId: passwordId.length === 0 ? salt.slice() : passwordId,
    },
    counter: { ctrData, ctrByte: ctrByte[0] ?? 0 },
    wrappedRecoveryData: recovery,
    biometry:
      provider.length === 0
        ? undefined
        : { provider: utf8Decode(provider), descriptor, wrappedKey: wrappedBiometryKey },
  };
}

/** Holds an activation's place while it is being committed; not secret. */
export interface Reservation {
  readonly instanceId: string;
  /** 16 B. */
  readonly nonce: Uint8Array;
}

export function encodeReservation({ instanceId, nonce }: Reservation): Uint8Array<ArrayBuffer> {
  return encodeRecord(RESERVATION, [nonce, utf16(instanceId)]);
}

/**
 * Reads what is in any activation's place: a record, which the caller must wipe; or a reservation. The bytes are wiped.
 *
 * @throws INVALID_ACTIVATION_DATA
 */
export function decodeActivationPlace(
  bytes: Uint8Array,
): { readonly record: ActivationRecord } | { readonly reserved: Reservation } {
  try {
    if (bytes[0] !== RESERVATION) return { record: decodeActivationRecord(bytes) };
    const lengths = [16, undefined] as const;
    const [nonce, instanceId] = decodeRecord(bytes, RESERVATION, lengths, 'reservation of an activation');
    return { reserved: { nonce, instanceId: utf16Decode(instanceId) } };
  } finally {
    wipe(bytes);
  }
}

/**
 * Reads what is in the place of this instance's activation: a record, which the caller must wipe; or the nonce of a
 * reservation; or nothing. The bytes are wiped.
 *
 * @throws INVALID_ACTIVATION_DATA, also for a record of another instance
 */
export function readActivation(
  bytes: Uint8Array | undefined,
  instanceId: string,
): {
  readonly record?: ActivationRecord;
  readonly reservation?: Uint8Array;
} {
  if (bytes === undefined) return {};
  const found = decodeActivationPlace(bytes);
  if ('reserved' in found) {
    if (found.reserved.instanceId !== instanceId) throw misplacedRecord('reservation of an activation');
    return { reservation: found.reserved.nonce };
  }
  const { record } = found;
  if (record.instanceId === instanceId) return { record };
  // A record of an earlier version doesn't tell; it gets the name when it is written again.
  if (record.instanceId === '') return { record: { ...record, instanceId } };
  wipeActivationRecord(record);
  throw misplacedRecord('activation record');
}

function decodeFields(bytes: Uint8Array) {
  const version = FIELDS[bytes[0] ?? 0] === undefined ? VERSION : (bytes[0] ?? VERSION);
  return decodeRecord(bytes, version, LENGTHS, 'activation record', FIELDS[version]);
}

/** Overwrites the secrets in `record`. */
export function wipeActivationRecord(record: ActivationRecord): void {
  wipe(...secretsOf(record));
}

function secretsOf(record: ActivationRecord): Uint8Array[] {
  return [
    record.wrappedDevicePrivateKey,
    record.possessionKey,
    record.transportKey,
    record.knowledge.wrappedKey,
    record.counter.ctrData,
    record.wrappedRecoveryData,
    record.biometry?.wrappedKey ?? NOTHING,
  ];
}
