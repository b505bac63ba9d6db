/**
 * Verifies headers: signatures, tokens.
 *
 * @module
 */

import { equal, fromBase64, hmac } from './crypto.ts';
import {
  factorsOf,
  findCounter,
  onlineSignature,
  parseHeader,
  parseSignatureHeader,
  type PowerAuthTestSignatureType,
  type SignatureHeader,
  type SignedData,
} from './signature.ts';
import type { ApplicationVersion } from './applications.ts';
import type { ServerState } from './state.ts';
import type { Activation } from './model.ts';

/** The activation and user behind an accepted header. */
export interface Verified {
  readonly activation: Activation;
  readonly signatureType: PowerAuthTestSignatureType;
}

/** The same behind a signature, which names the version of the application. */
export interface VerifiedSignature extends Verified {
  readonly version: ApplicationVersion;
}

/** The same behind a token. */
export interface VerifiedToken extends Verified {
  readonly tokenId: string;
}

/** The request that a signature is checked against. */
export interface SignedRequest {
  readonly method: string;
  readonly uriId: string;
  /** Exactly as received, or the canonical query of a GET request. */
  readonly body: Buffer;
}

/**
 * Verifies the value of a header, moves the counter, counts failures. A type that is not allowed does neither: the
 * genuine filter checks it before it asks its server.
 */
export function verifySignature(
  state: ServerState,
  value: string | undefined,
  request: SignedRequest,
  allowed: readonly PowerAuthTestSignatureType[],
): VerifiedSignature | undefined {
  const header = parseSignatureHeader(value);
  if (header === undefined || !allowed.includes(header.signatureType)) return undefined;
  return verifyParsed(state, header, request);
}

/** {@link verifySignature} without checking the type. */
export function verifyParsed(
  state: ServerState,
  header: SignatureHeader,
  request: SignedRequest,
): VerifiedSignature | undefined {
  const { activationId, applicationKey, nonce, signature, signatureType } = header;
  const activation = state.activation(activationId);
  if (activation?.state !== 'ACTIVE') return undefined;
  const version = state.applications.served(applicationKey);
  // The key of another application is a failure like a wrong password.
  if (version?.application === activation.application) {
    const data = { ...request, nonce, secret: version.applicationSecret };
    if (advance(state, activation, signatureType, data, signature, onlineSignature))
      return { activation, signatureType, version };
  }
  state.countFailure(activation, signatureType);
  return undefined;
}

/** Whether a signature is valid for one of the next counter values; moves past it, and resets failures. */
export function advance(
  state: ServerState,
  activation: Activation,
  signatureType: PowerAuthTestSignatureType,
  data: SignedData | string,
  signature: string,
  format: Parameters<typeof findCounter>[4],
): boolean {
  const { keys } = activation;
  activation.lastUsedAt = state.now();
  if (keys === undefined) return false;
  const factorKeys = factorsOf(signatureType).map((factor) => keys[factor]);
  const found = findCounter(factorKeys, activation.ctrData, data, signature, format);
  if (found === undefined) return false;
  state.moveCounter(activation, found);
  if (signatureType !== 'possession') activation.failCount = 0;
  return true;
}

/**
 * Verifies a token header and remembers its nonce: the same header is refused the second time, and so is any header
 * with the same nonce after a wrong digest.
 */
export function verifyToken(
  state: ServerState,
  header: string | undefined,
  allowed: readonly PowerAuthTestSignatureType[],
): VerifiedToken | undefined {
  const fields = parseHeader(header);
  const digest = fromBase64(fields?.['token_digest'], 32);
  const nonce = fromBase64(fields?.['nonce'], 16);
  const timestamp = fields?.['timestamp'] ?? '';
  if (fields?.['version'] !== '3.3' || digest === undefined || nonce === undefined) return undefined;
  if (!/^\d{9,15}$/.test(timestamp) || !state.isTokenTime(Number(timestamp))) return undefined;

  const token = state.tokens.get(fields['token_id'] ?? '');
  const activation = state.activation(token?.activationId ?? '');
  if (token === undefined || activation?.state !== 'ACTIVE') return undefined;
  if (state.isReplay(`${nonce.toString('base64')}${token.tokenId}`)) return undefined;
  if (!equal(hmac(token.secret, nonce, Buffer.from(`&${timestamp}&3.3`)), digest)) return undefined;
  if (!allowed.includes(token.signatureType)) return undefined;
  return { activation, signatureType: token.signatureType, tokenId: token.tokenId };
}
