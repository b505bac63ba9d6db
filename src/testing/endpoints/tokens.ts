/**
 * Access tokens.
 *
 * @module
 */

import { bare, ok, requestInvalid, tokenError } from '../answers.ts';
import { ANY_FACTORS } from '../signature.ts';
import { parseJson } from '../json.ts';
import { decrypt, hasEnvelopeFields, requestObject, signed } from './request.ts';

export const createToken = signed(
  { uriId: '/pa/token/create', signatureTypes: ANY_FACTORS, takesJson: true },
  ({ activation, signatureType, version }, state, request) => {
    const envelope = parseJson(request.body) ?? {};
    if (!hasEnvelopeFields(envelope)) return requestInvalid;
    // The genuine TokenService doesn't support three factors.
    if (signatureType === 'possession_knowledge_biometry') return tokenError;
    const decrypted = decrypt(state, version, envelope, '/pa/token/create', activation);
    if (decrypted === undefined) return tokenError;
    const { tokenId, secret } = state.createToken(activation, signatureType);
    return bare(
      decrypted.encrypt(JSON.stringify({ tokenId, tokenSecret: secret.toString('base64') }), state.now()),
    );
  },
);

export const removeToken = signed(
  { uriId: '/pa/token/remove', signatureTypes: ANY_FACTORS, takesJson: true },
  ({ activation }, state, request) => {
    const content = requestObject(request);
    if (content === undefined) return requestInvalid;
    const { tokenId } = content;
    if (typeof tokenId !== 'string') return tokenError;
    if (state.tokens.get(tokenId)?.activationId === activation.activationId) state.tokens.delete(tokenId);
    return ok({ tokenId });
  },
);
