/**
 * Access tokens.
 *
 * @module
 */

import { badRequest, bare, ok } from '../answers.ts';
import { requestObject, signed, signedAndEncrypted } from './request.ts';

export const createToken = signedAndEncrypted(
  '/pa/token/create',
  ({ activation, signatureType }, state, decrypted) => {
    const { tokenId, secret } = state.createToken(activation, signatureType);
    return bare(
      decrypted.encrypt(JSON.stringify({ tokenId, tokenSecret: secret.toString('base64') }), state.now()),
    );
  },
);

export const removeToken = signed('/pa/token/remove', ({ activation }, state, request) => {
  const tokenId = requestObject(request)?.['tokenId'];
  if (typeof tokenId !== 'string') return badRequest;
  if (state.tokens.get(tokenId)?.activationId === activation.activationId) state.tokens.delete(tokenId);
  return ok({ tokenId });
});
