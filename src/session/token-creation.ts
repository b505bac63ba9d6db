/**
 * New access tokens, on the server.
 *
 * @module
 */

import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import { ENDPOINTS } from '../net/endpoints.ts';
import { parseTokenResponse } from '../protocol/token.ts';
import { wipe } from '../util/bytes.ts';
import { sendEncrypted } from './encrypted-requests.ts';
import { POSSESSION, withFactors } from './factors.ts';
import type { SessionParts } from './parts.ts';
import { removeToken } from './signed-requests.ts';
import type { TokenRecord } from './token-record.ts';
import type { TokenRecords } from './token-records.ts';

/** Asks the server for a token. The caller must wipe its secret. @param type the factors, as a signature type */
export async function createToken(
  session: SessionParts,
  name: string,
  authentication: PowerAuthAuthentication,
  type: string,
): Promise<TokenRecord> {
  return withFactors(session, authentication, (factors) =>
    sendEncrypted(session, factors, ENDPOINTS.tokenCreate, {}, (answer, { activationId }) => {
      const { tokenId, tokenSecret } = parseTokenResponse(answer);
      const { instanceId } = session.keys;
      return { instanceId, name, activationId, tokenIdentifier: tokenId, signatureType: type, tokenSecret };
    }),
  );
}

/** Removes a token on the server that could not be stored, if that is possible: nobody else knows of it. Never fails. */
export async function abandonToken(
  session: SessionParts,
  records: TokenRecords,
  { name, tokenIdentifier, activationId }: TokenRecord,
): Promise<void> {
  try {
    const present = await records.find(session.keys.token(name), name);
    wipe(present?.tokenSecret);
    // A storage may report a failure and have stored it.
    if (present?.tokenIdentifier === tokenIdentifier) return;
    if ((await session.activation.activationId()) !== activationId) return;
    await removeToken(session, POSSESSION, tokenIdentifier);
  } catch {
    // The caller gets the reason why it could not be stored.
  }
}
