/**
 * Offline payloads and signatures.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { ecdsaSign } from './crypto.ts';
import { offlineSignature } from './signature.ts';
import type { ServerState } from './state.ts';
import type { Activation } from './model.ts';
import { advance } from './verify.ts';

/**
 * The input of `PowerAuthTestServer.createOfflinePayload`.
 *
 * @example
 * ```ts
 * const request: PowerAuthTestOfflineRequest = { lines: ['Payment'], data: 'A1*A100EUR', activationId };
 * ```
 */
export interface PowerAuthTestOfflineRequest {
  /** The operation's data, which the device shows and signs. */
  readonly data: string;
  /** Lines before the data, such as the operation's id, title and message. */
  readonly lines?: readonly string[];
  /** Lines between data and nonce, such as flags. */
  readonly linesAfter?: readonly string[];
  /** Signs with this activation's server key. Default: signs with the master server key. */
  readonly activationId?: string;
}

/**
 * A payload for a QR code.
 *
 * @example
 * ```ts
 * const payload: PowerAuthTestOfflinePayload = server.createOfflinePayload({ data: 'A1*A100EUR' });
 * ```
 */
export interface PowerAuthTestOfflinePayload {
  /**
   * Lines of text. The last one is a digit, 0 for the master server key and 1 for the activation's, and a signature (Base64) of
   * everything before it, that digit included.
   */
  readonly payload: string;
  /** Base64 of 16 B. */
  readonly nonce: string;
}

/** A signed payload. Throws for an unknown activation. */
export function createOfflinePayload(
  state: ServerState,
  request: PowerAuthTestOfflineRequest,
): PowerAuthTestOfflinePayload {
  const { data, lines = [], linesAfter = [], activationId } = request;
  const activation = activationId === undefined ? undefined : state.activation(activationId);
  if (activationId !== undefined && activation === undefined)
    throw new Error(`There is no activation ${activationId}`);
  return offlinePayload(state, activation, [...lines, data, ...linesAfter].join('\n'));
}

/** A payload signed with the activation's server key, or with the master key of the application. */
export function offlinePayload(
  state: ServerState,
  activation: Activation | undefined,
  data: string,
  nonce = randomBytes(16).toString('base64'),
  { masterKeys } = state.applications.main.application,
): PowerAuthTestOfflinePayload {
  const signedPart = [data, nonce, activation === undefined ? '0' : '1'].join('\n');
  const signature = ecdsaSign(activation?.serverKeys ?? masterKeys, Buffer.from(signedPart));
  return { payload: signedPart + signature.toString('base64'), nonce };
}

/**
 * What `PowerAuthTestServer.verifyOfflineSignature` verifies.
 *
 * @example
 * ```ts
 * const input: PowerAuthTestOfflineSignature = { activationId, uriId: '/operation', nonce, data, signature };
 * ```
 */
export interface PowerAuthTestOfflineSignature {
  /** The activation that signed. */
  readonly activationId: string;
  /** Identifier of the resource that was signed. */
  readonly uriId: string;
  /** Base64, of the payload. */
  readonly nonce: string;
  /** The data that was signed as the body. */
  readonly data: string;
  /** Decimal components joined by `-`. */
  readonly signature: string;
  /**
   * `possession_knowledge` (the default), or `possession_biometry` if the verifier allows that. A genuine server
   * accepts no other type offline, and certainly not possession alone.
   */
  readonly signatureType?: string;
  /** Digits of each component, 4 to 8. Default 8. A component with another number of digits is wrong. */
  readonly componentLength?: number;
}

/** Whether an offline signature is valid. Moves the counter, counts failures. */
export function verifyOfflineSignature(state: ServerState, input: PowerAuthTestOfflineSignature): boolean {
  const { activationId, uriId, nonce, data, signature } = input;
  const { signatureType = 'possession_knowledge', componentLength = 8 } = input;
  const activation = state.activation(activationId);
  if (signatureType !== 'possession_knowledge' && signatureType !== 'possession_biometry') return false;
  if (activation?.state !== 'ACTIVE') return false;
  const signed = { method: 'POST', uriId, nonce, body: Buffer.from(data), secret: 'offline' };
  const format = offlineSignature(componentLength);
  const isGood = advance(state, activation, signatureType, signed, signature, format);
  if (!isGood) state.countFailure(activation, signatureType);
  return isGood;
}
