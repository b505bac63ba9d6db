/**
 * Endpoints of an application behind PowerAuth: protected by tokens or signatures, encrypted, and user info.
 *
 * @module
 */

import { bare, ok, springError, tokenInvalid, type Answer } from '../answers.ts';
import type { DecryptedRequest } from '../ecies.ts';
import { parseHeader } from '../signature.ts';
import type { Activation, ServerState } from '../state.ts';
import { verifyToken } from '../verify.ts';
import { decrypt, header, parseJson, signed, signedAndEncrypted, type Route } from './request.ts';

export const protectedByToken: Route = (state, request) => {
  const verified = verifyToken(state, header(request, 'x-powerauth-token'));
  if (verified === undefined) return tokenInvalid;
  const { activation, tokenId, signatureType } = verified;
  return ok({ activationId: activation.activationId, userId: activation.userId, tokenId, signatureType });
};

export const protectedBySignature = signed('/api/protected/signature', ({ activation, signatureType }) =>
  ok({ activationId: activation.activationId, userId: activation.userId, signatureType }),
);

/** An endpoint that needs encryption and no signature; 500 for whatever is wrong, as the genuine server has it. */
function encrypted(
  scope: 'application' | 'activation',
  answer: (decrypted: DecryptedRequest, state: ServerState, activation?: Activation) => Answer,
): Route {
  return (state, request) => {
    const refusal = springError(500, 'Internal Server Error', request.path);
    const fields = parseHeader(header(request, 'x-powerauth-encryption'));
    if (fields?.['version'] !== '3.3' || fields['application_key'] !== state.applicationKey) return refusal;
    const activation = state.activations.get(fields['activation_id'] ?? '');
    if (scope === 'activation' && activation?.state !== 'ACTIVE') return refusal;
    const decrypted = decrypt(
      state,
      parseJson(request.body),
      `/pa/generic/${scope}`,
      scope === 'activation' ? activation : undefined,
    );
    return decrypted === undefined ? refusal : answer(decrypted, state, activation);
  };
}

/** The same content, encrypted anew. */
const echo = (decrypted: DecryptedRequest, state: ServerState): Answer =>
  bare(decrypted.encrypt(decrypted.plaintext, state.now()));

export const encryptedInApplication = encrypted('application', echo);
export const encryptedInActivation = encrypted('activation', echo);
export const encryptedAndSigned = signedAndEncrypted(
  '/api/encrypted/signature',
  (_, state, decrypted) => echo(decrypted, state),
  '/pa/generic/activation',
);

export const userInfo = encrypted('activation', (decrypted, state, activation) =>
  bare(decrypted.encrypt(JSON.stringify(state.userInfo(activation?.userId ?? '')), state.now())),
);
