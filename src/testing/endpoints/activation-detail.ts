/**
 * The detail of an activation, and its name. Both answers are encrypted.
 *
 * Server 1.9 reads the new name from the body as it was sent, where an encrypted request has none: its sources say that
 * it refuses all of them. 2.0 and later read the decrypted body, which is what this server does.
 *
 * @module
 */

import { activationInvalid, bare, ok, signatureInvalid, validationFailed, type Answer } from '../answers.ts';
import type { DecryptedRequest } from '../ecies.ts';
import type { PowerAuthTestSignatureType } from '../signature.ts';
import type { ServerState } from '../state.ts';
import type { Activation } from '../model.ts';
import { verifyToken } from '../verify.ts';
import { parseJson, text } from '../json.ts';
import { decryptInScope, header, signedThenEncrypted, type Route } from './request.ts';

/** The annotations list these two, without the three factors. */
const TYPES: readonly PowerAuthTestSignatureType[] = ['possession_biometry', 'possession_knowledge'];

function detail(decrypted: DecryptedRequest, { activationId, name }: Activation, state: ServerState): Answer {
  const { body } = ok({ activationId, activationName: name ?? null });
  return bare(decrypted.encrypt(body, state.now()));
}

/** Authenticated by a token. Its activation need not be the one in whose scope the request is encrypted. */
export const activationDetail: Route = (state, request) => {
  const { decrypted } = decryptInScope(state, request, 'activation') ?? {};
  const verified = verifyToken(state, header(request, 'x-powerauth-token'), TYPES);
  if (verified === undefined) return signatureInvalid;
  // The genuine server's advice writes nothing if it can't encrypt.
  return decrypted === undefined ? { status: 200, body: '' } : detail(decrypted, verified.activation, state);
};

export const renameActivation = signedThenEncrypted(
  { uriId: '/pa/activation/rename', signatureTypes: TYPES },
  (decrypted, { activation }, state) => {
    const name = text(parseJson(decrypted.plaintext)?.['activationName']) ?? '';
    if (name.trim() === '') return validationFailed('activationName: must not be blank');
    // The length of the column in the genuine server's database.
    if (name.length > 255) return activationInvalid;
    state.rename(activation, name);
    return detail(decrypted, activation, state);
  },
);
