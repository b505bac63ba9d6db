/**
 * Whether a header is good: signatures, tokens.
 *
 * @module
 */

import { equal, fromBase64, hmac } from './crypto.ts';
import { findCounter, parseFactors, parseHeader } from './signature.ts';
import type { Activation, ServerState } from './state.ts';

/** Age of a token header that is still accepted, ms. */
const MAX_TOKEN_AGE = 2 * 60 * 60_000;
/** How far ahead of the server's clock a token header may be, ms. */
const MAX_TOKEN_AHEAD = 30 * 60_000;

/** What stands behind an accepted header. */
export interface Verified {
  readonly activation: Activation;
  readonly signatureType: string;
}

/**
 * Verifies an online signature, moves the counter, counts failures.
 *
 * @param body exactly as it came, or the canonical query of a GET request
 */
export function verifySignature(
  state: ServerState,
  header: string | undefined,
  request: { method: string; uriId: string; body: Buffer },
): Verified | undefined {
  const fields = parseHeader(header);
  const activation = state.activations.get(fields?.['pa_activation_id'] ?? '');
  const factors = parseFactors(fields?.['pa_signature_type']);
  const { pa_nonce: nonce = '', pa_signature: signature = '' } = fields ?? {};
  if (fields?.['pa_version'] !== '3.3' || fields['pa_application_key'] !== state.applicationKey)
    return undefined;
  if (activation?.keys === undefined || factors === undefined || activation.state !== 'ACTIVE')
    return undefined;
  if (fromBase64(nonce, 16) === undefined) return undefined;

  const { keys } = activation;
  const data = { ...request, nonce, secret: state.applicationSecret };
  const factorKeys = factors.map((factor) => keys[factor]);
  const found = findCounter(factorKeys, activation.ctrData, data, signature, 'online');
  const beyondPossession = factors.length > 1;
  if (found === undefined) {
    if (beyondPossession) state.countFailure(activation);
    return undefined;
  }
  state.moveCounter(activation, found);
  if (beyondPossession) activation.failCount = 0;
  return { activation, signatureType: factors.join('_') };
}

/** Verifies a token header and remembers its nonce: a second time it is refused. */
export function verifyToken(
  state: ServerState,
  header: string | undefined,
): (Verified & { tokenId: string }) | undefined {
  const fields = parseHeader(header);
  const token = state.tokens.get(fields?.['token_id'] ?? '');
  const activation = state.activations.get(token?.activationId ?? '');
  if (fields?.['version'] !== '3.3' || token === undefined || activation?.state !== 'ACTIVE')
    return undefined;

  const digest = fromBase64(fields['token_digest'], 32);
  const nonce = fromBase64(fields['nonce'], 16);
  const { timestamp = '' } = fields;
  if (digest === undefined || nonce === undefined || !/^\d{1,16}$/.test(timestamp)) return undefined;
  const age = state.now() - Number(timestamp);
  if (age > MAX_TOKEN_AGE || age < -MAX_TOKEN_AHEAD) return undefined;
  if (!equal(hmac(token.secret, nonce, Buffer.from(`&${timestamp}&3.3`)), digest)) return undefined;

  const key = nonce.toString('base64');
  if (token.nonces.has(key)) return undefined;
  rememberNonce(token.nonces, key, Number(timestamp) + MAX_TOKEN_AGE, state.now());
  return { activation, signatureType: token.signatureType, tokenId: token.tokenId };
}

/** A nonce is remembered as long as its header could be accepted. */
function rememberNonce(nonces: Map<string, number>, nonce: string, until: number, now: number): void {
  nonces.set(nonce, until);
  if (nonces.size % 10_000 !== 0) return;
  for (const [old, expiry] of nonces) if (expiry < now) nonces.delete(old);
}
