/**
 * The signed requests of the PowerAuth Standard RESTful API that carry no encrypted body.
 *
 * @module
 */

import { removeTokenBody, validateSignatureBody } from '../net/endpoints.ts';
import type { Factors } from './factors.ts';
import type { SessionParts } from './parts.ts';

/** Lets the server check a signature with these factors; resolves when it accepted. */
export async function validateSignature(session: SessionParts, factors: Factors): Promise<void> {
  await session.signer.send(factors, '/pa/signature/validate', async (sign, lock) => {
    const body = validateSignatureBody();
    const { header } = await sign(body);
    await session.endpoints.signatureValidate(body, header, lock);
  });
}

/** Removes the activation on the server; answers which one it was. */
export async function removeActivation(session: SessionParts, factors: Factors): Promise<string> {
  return session.signer.send(factors, '/pa/activation/remove', async (sign, lock) => {
    const { activationId, header } = await sign('');
    await session.endpoints.activationRemove('', header, lock);
    return activationId;
  });
}

/** Removes a token on the server. */
export async function removeToken(
  session: SessionParts,
  factors: Factors,
  tokenIdentifier: string,
): Promise<void> {
  await session.signer.send(factors, '/pa/token/remove', async (sign, lock) => {
    const body = removeTokenBody(tokenIdentifier);
    const { header } = await sign(body);
    await session.endpoints.tokenRemove(body, header, lock);
  });
}
