/**
 * Tokens that a back-end has verified.
 *
 * @module
 */

import { equal, fromBase64, hmac } from '../crypto.ts';
import type { ServerState } from '../state.ts';
import type { Fields } from './fields.ts';
import { refuse } from './refusal.ts';

/**
 * A header of a token, taken apart. Without a `protocolVersion`, which powerauth-js-test-client doesn't send, it is one of
 * protocol 3.3. Each header is accepted once.
 */
export function validateToken(state: ServerState, fields: Fields): object {
  const tokenId = fields.required('tokenId');
  const [nonce, digest] = [fromBase64(fields.required('nonce')), fromBase64(fields.required('tokenDigest'))];
  if (nonce === undefined || digest === undefined)
    refuse('ERR0011', 'Expected nonce, tokenDigest in Base64.');
  const version = fields.text('protocolVersion') ?? '3.3';
  const timestamp = fields.integer('timestamp') ?? 0;
  if (!state.isTokenTime(timestamp)) refuse(timestamp < state.now() ? 'ERR0030' : 'ERR0044');
  const token = state.tokens.get(tokenId);
  const activation = state.activation(token?.activationId ?? '');
  if (token === undefined || activation === undefined) {
    return {
      ...{ tokenValid: false, activationId: null, activationStatus: null, blockedReason: null, userId: null },
      ...{ applicationId: null, signatureType: null, applicationRoles: [], activationFlags: [] },
    };
  }
  const isActive = activation.state === 'ACTIVE';
  if (isActive && state.isReplay(`${nonce.toString('base64')}${tokenId}`))
    refuse('ERR0024', 'This header was received before.');
  // Protocols 3.0 and 3.1 don't sign their version.
  const signed = `&${timestamp}${/^3\.[01]$/.test(version) ? '' : `&${version}`}`;
  const { activationId, userId, state: activationStatus, blockedReason = null } = activation;
  return {
    tokenValid: isActive && equal(hmac(token.secret, nonce, Buffer.from(signed)), digest),
    activationId,
    activationStatus,
    blockedReason,
    userId,
    applicationId: activation.application.applicationId,
    signatureType: token.signatureType.toUpperCase(),
    applicationRoles: [],
    activationFlags: [],
  };
}

/** Removes a token, if it belongs to the activation. */
export function removeToken(state: ServerState, fields: Fields): object {
  const tokenId = fields.required('tokenId');
  const isTheirs = state.tokens.get(tokenId)?.activationId === fields.text('activationId');
  return { removed: isTheirs && state.tokens.delete(tokenId) };
}
