/**
 * The requests of the PowerAuth Standard RESTful API that are signed and not encrypted.
 *
 * @module
 */

import { ENDPOINTS, requestOf, type EndpointSent } from '../net/endpoints.ts';
import type { Factors } from './factors.ts';
import type { SessionParts } from './parts.ts';
import { afterRefusal } from './status-blob.ts';

/** Signs and sends a body. Returns the id of the activation that signed. */
async function sendSigned(
  session: SessionParts,
  factors: Factors,
  endpoint: EndpointSent<'signed'>,
  body: string,
): Promise<string> {
  const { endpoints, signer } = session;
  return signer.send(
    factors,
    endpoint.uriId,
    async (sign, lock) => {
      const { activationId, header } = await sign(body);
      await endpoints.post(endpoint, body, { header, lock });
      return activationId;
    },
    () => afterRefusal(session),
  );
}

/** Lets the server check a signature with these factors; resolves when it accepted. */
export async function validateSignature(session: SessionParts, factors: Factors): Promise<void> {
  await sendSigned(session, factors, ENDPOINTS.signatureValidate, requestOf({}));
}

/** Removes the activation on the server. Returns its id. */
export async function removeActivation(session: SessionParts, factors: Factors): Promise<string> {
  return sendSigned(session, factors, ENDPOINTS.activationRemove, '');
}

/** Removes a token on the server. */
export async function removeToken(session: SessionParts, factors: Factors, tokenId: string): Promise<void> {
  await sendSigned(session, factors, ENDPOINTS.tokenRemove, requestOf({ tokenId }));
}
