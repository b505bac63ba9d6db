/**
 * The activation as it is persisted: everything of it is one record, so that no crash can leave half of it.
 *
 * @module
 */

import { be32, utf8, utf8Decode, wipe } from '../util/bytes.ts';
import { decodeRecord, encodeRecord } from './record.ts';

/** Hash-based counter of the signatures. */
export interface SignatureCounter {
  /** CTR_DATA, 16 B. */
  readonly ctrData: Uint8Array;
  /** CTR_BYTE, 0 to 255. */
  readonly ctrByte: number;
}

/** The knowledge factor key, wrapped under the password. */
export interface WrappedKnowledgeKey {
  /** 16 B. */
  readonly salt: Uint8Array;
  /** PBKDF2 iterations. */
  readonly iterations: number;
  /** 16 B. */
  readonly wrappedKey: Uint8Array;
}

/** What is known of a committed activation. Who holds one wipes it with {@link wipeActivationRecord}. */
export interface ActivationRecord {
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
}

const VERSION = 2;
//                id         server device private possession transport salt iterations wrapped ctrData ctrByte recovery
const LENGTHS = [undefined, 33, 33, 48, 16, 16, 16, 4, 16, 16, 1, undefined] as const;

/** The record's bytes, secrets among them; the caller wipes them. */
export function encodeActivationRecord(record: ActivationRecord): Uint8Array<ArrayBuffer> {
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
  ]);
}

/** @throws INVALID_ACTIVATION_DATA */
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
  ] = decodeRecord(bytes, VERSION, LENGTHS, 'activation record');
  return {
    activationId: utf8Decode(id),
    serverPublicKey: server,
    devicePublicKey: device,
    wrappedDevicePrivateKey: wrappedPrivate,
    possessionKey: possession,
    transportKey: transport,
    knowledge: { salt, iterations: new DataView(iterations.buffer).getUint32(0), wrappedKey: wrapped },
    counter: { ctrData, ctrByte: ctrByte[0] ?? 0 },
    wrappedRecoveryData: recovery,
  };
}

/** Overwrites what is secret in `record`. */
export function wipeActivationRecord(record: ActivationRecord): void {
  wipe(
    record.wrappedDevicePrivateKey,
    record.possessionKey,
    record.transportKey,
    record.knowledge.wrappedKey,
    record.counter.ctrData,
    record.wrappedRecoveryData,
  );
}
