/**
 * The signed requests of the PowerAuth Standard RESTful API that carry no encrypted body.
 *
 * @module
 */

import { removeTokenBody, validateSignatureBody } from '../net/endpoints.ts';
import type { Factors } from './factors.ts';
import type { Session } from './session.ts';

/** Lets the server check a signature with these factors; resolves when it accepted. */
export async function validateSignature(session: Session, factors: Factors): Promise<void> {
  await session.signer.send(factors, '/pa/signature/validate', async (sign, signal) => {
    const body = validateSignatureBody();
    await session.endpoints.signatureValidate(body, await sign(body), signal);
  });
}

/** Removes the activation on the server. */
export async function removeActivation(session: Session, factors: Factors): Promise<void> {
  await session.signer.send(factors, '/pa/activation/remove', async (sign, signal) => {
    await session.endpoints.activationRemove('', await sign(''), signal);
  });
}

/** Removes a token on the server. */
export async function removeToken(
  session: Session,
  factors: Factors,
  tokenIdentifier: string,
): Promise<void> {
  await session.signer.send(factors, '/pa/token/remove', async (sign, signal) => {
    const body = removeTokenBody(tokenIdentifier);
    await session.endpoints.tokenRemove(body, await sign(body), signal);
  });
}
