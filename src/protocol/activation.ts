/**
 * The two layers of an activation (protocol 3.3, "Activation").
 *
 * @module
 */

import { sha256 } from '#crypto';
import * as s from '../util/schema.ts';
import { parseAnswer, parseSecretAnswer } from '../util/answers.ts';
import { base64, base64Decode } from '../util/base64.ts';
import { concat, utf8, wipe } from '../util/bytes.ts';
import { secretField } from '../util/validate.ts';
import type { EncryptedRequestEnvelope } from './ecies.ts';
import { coordinateX, importPublicKey, type Point } from './keys.ts';
import { decimalize } from './signature.ts';

/** Layer 2, which the PowerAuth server reads: the device's own data. The caller must wipe it. */
export function activationLayer2(device: {
  /** 33 B. */
  readonly devicePublicKey: Uint8Array;
  readonly activationName: string;
  readonly extras: string | undefined;
  readonly activationOtp: string | undefined;
}): Uint8Array {
  const { devicePublicKey, activationName, extras, activationOtp } = device;
  return utf8(
    JSON.stringify({
      devicePublicKey: base64(devicePublicKey),
      activationName,
      extras,
      activationOtp,
      platform: 'unknown',
      deviceInfo: 'powerauth-wasm',
    }),
  );
}

/** Layer 1, which the enrollment server reads: the proof of the user's identity. The caller must wipe it. */
export function activationLayer1(request: {
  readonly type: 'CODE' | 'CUSTOM' | 'DIRECT' | 'RECOVERY';
  readonly identityAttributes: Readonly<Record<string, unknown>>;
  readonly customAttributes: unknown;
  /** Layer 2, encrypted. */
  readonly activationData: EncryptedRequestEnvelope;
}): Uint8Array {
  return utf8(JSON.stringify(request));
}

const envelopeSchema = s.object({
  encryptedData: s.string(),
  mac: s.string(),
  nonce: s.string(),
  timestamp: s.number(),
});

const layer1Schema = s.object({
  activationData: envelopeSchema,
  customAttributes: s.unknown,
  userInfo: s.nullish(s.record()),
});

/** Answer of layer 1. */
export interface ActivationLayer1Response {
  readonly activationData: s.Output<typeof envelopeSchema>;
  readonly customAttributes: unknown;
  readonly userInfo: Record<string, unknown> | undefined;
}

/** @throws RESPONSE_ERROR */
export function parseActivationLayer1(plaintext: Uint8Array): ActivationLayer1Response {
  const { activationData, customAttributes, userInfo } = parseAnswer(
    layer1Schema,
    plaintext,
    'activation answer',
  );
  return { activationData, customAttributes: customAttributes ?? undefined, userInfo: userInfo ?? undefined };
}

const layer2Schema = s.object({
  activationId: s.text(/^[A-Za-z0-9._~-]{1,64}$/, 'an identifier of 1 to 64 safe characters'),
  serverPublicKey: s.string(),
  ctrData: secretField(16),
  activationRecovery: s.nullish(s.object({ recoveryCode: s.string(), puk: s.string() })),
});

/** Answer of layer 2. */
export interface ActivationLayer2Response {
  readonly activationId: string;
  readonly serverPublicKey: Point;
  /** 16 B, a secret; the caller must wipe it. */
  readonly ctrData: Uint8Array;
  readonly activationRecovery: { recoveryCode: string; puk: string } | undefined;
}

/**
 * The caller must wipe the plaintext. @throws RESPONSE_ERROR, ENCRYPTION_ERROR for a public key that isn't a point of
 * the curve
 */
export function parseActivationLayer2(plaintext: Uint8Array): ActivationLayer2Response {
  const { activationId, serverPublicKey, ctrData, activationRecovery } = parseSecretAnswer(
    layer2Schema,
    plaintext,
    'activation answer',
    ['ctrData'],
  );
  try {
    return {
      activationId,
      serverPublicKey: importPublicKey(base64Decode(serverPublicKey) ?? new Uint8Array()),
      ctrData,
      activationRecovery: activationRecovery ?? undefined,
    };
  } catch (error) {
    wipe(ctrData);
    throw error;
  }
}

const confirmRecoverySchema = s.object({ alreadyConfirmed: s.boolean() });

/** Whether a recovery code was confirmed before, from the decrypted answer. @throws RESPONSE_ERROR */
export function parseConfirmRecoveryResponse(plaintext: Uint8Array): boolean {
  return parseAnswer(confirmRecoverySchema, plaintext, 'recovery answer').alreadyConfirmed;
}

/** Strips leading zero bytes, as the protocol's fingerprint requires for numbers. */
function minimal(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  return start < 0 ? bytes.subarray(bytes.length) : bytes.subarray(start);
}

/** The fingerprint that users compare: 8 decimal digits. Public keys in 33 B or 65 B. */
export function activationFingerprint(parts: {
  readonly devicePublicKey: Uint8Array;
  readonly activationId: string;
  readonly serverPublicKey: Uint8Array;
}): string {
  const hash = sha256(
    concat(
      minimal(coordinateX(parts.devicePublicKey)),
      utf8(parts.activationId),
      minimal(coordinateX(parts.serverPublicKey)),
    ),
  );
  return decimalize(hash, 8);
}
