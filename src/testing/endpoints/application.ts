/**
 * Endpoints of an application behind PowerAuth: protected by tokens or signatures, encrypted, and user info.
 *
 * @module
 */

import { bare, ok, signatureInvalid, springError, type Answer } from '../answers.ts';
import type { DecryptedRequest } from '../ecies.ts';
import { TWO_FACTORS, type PowerAuthTestSignatureType } from '../signature.ts';
import type { ServerState } from '../state.ts';
import type { Activation } from '../model.ts';
import { parseJson } from '../json.ts';
import { decrypt, decryptInScope, signed, signedThenEncrypted, withToken, type Route } from './request.ts';

type SignatureTypes = readonly PowerAuthTestSignatureType[];

/** A handler with `@PowerAuthToken`. */
export const protectedByToken = (signatureTypes: SignatureTypes): Route =>
  withToken(signatureTypes, ({ activation, tokenId, signatureType }) =>
    ok({ activationId: activation.activationId, userId: activation.userId, tokenId, signatureType }),
  );

/** A handler with `@PowerAuth`. */
export const protectedBySignature = (uriId: string, signatureTypes: SignatureTypes): Route =>
  signed({ uriId, signatureTypes }, ({ activation, signatureType }) =>
    ok({ activationId: activation.activationId, userId: activation.userId, signatureType }),
  );

/** An endpoint that needs encryption and no signature; 500 if anything is wrong, as on the genuine server. */
function encrypted(
  scope: 'application' | 'activation',
  answer: (decrypted: DecryptedRequest, state: ServerState, activation?: Activation) => Answer,
): Route {
  return (state, request) => {
    const { decrypted, activation } = decryptInScope(state, request, scope) ?? {};
    if (decrypted === undefined) return springError(500, 'Internal Server Error', request.path);
    return answer(decrypted, state, activation);
  };
}

/** The same content, encrypted again. */
const echo = (decrypted: DecryptedRequest, state: ServerState): Answer =>
  bare(decrypted.encrypt(decrypted.plaintext, state.now()));

export const encryptedInApplication = encrypted('application', echo);
export const encryptedInActivation = encrypted('activation', echo);

/** Encrypted, then signed: like the requests of the Standard RESTful API, and as the mobile SDKs describe it. */
export const encryptedThenSigned = (uriId: string): Route =>
  signed({ uriId, signatureTypes: TWO_FACTORS }, ({ activation, version }, state, request) => {
    const decrypted = decrypt(state, version, parseJson(request.body), '/pa/generic/activation', activation);
    return decrypted === undefined ? signatureInvalid : echo(decrypted, state);
  });

/** Signed, then encrypted. */
export const signedThenEcho = (uriId: string): Route =>
  signedThenEncrypted({ uriId, signatureTypes: TWO_FACTORS }, (decrypted, _, state) =>
    echo(decrypted, state),
  );

export const userInfo = encrypted('activation', (decrypted, state, activation) =>
  bare(decrypted.encrypt(JSON.stringify(state.userInfo(activation?.userId ?? '')), state.now())),
);
