/**
 * The requests of the PowerAuth Standard RESTful API that are encrypted in the generic activation scope, without a
 * signature.
 *
 * @module
 */

import type { Header } from '../net/client.ts';
import type { EndpointSent } from '../net/endpoints.ts';
import { utf8, wipe } from '../util/bytes.ts';
import { encryptForActivation } from './generic-encryption.ts';
import type { Session } from './session.ts';

/**
 * Encrypts and sends `content`, and passes the decrypted answer to
 * `use`; it is wiped afterwards.
 *
 * @param more makes a further header, when everything else is ready
 * @throws MISSING_ACTIVATION, and what network, encryption and `use` throw
 */
export async function sendInActivationScope<T>(
  session: Session,
  endpoint: EndpointSent<'encrypted'>,
  content: object,
  use: (answer: Uint8Array, activation: { readonly activationId: string }) => T,
  more?: () => Promise<Header>,
): Promise<T> {
  const request = await encryptForActivation(session, utf8(JSON.stringify(content)));
  const { envelope, decryptor, header, activationId = '' } = request;
  try {
    const headers = more === undefined ? [header] : [header, await more()];
    const reply = await session.endpoints.post(endpoint, JSON.stringify(envelope), { header: headers });
    const answer = await decryptor.decrypt(reply);
    try {
      return use(answer, { activationId });
    } finally {
      wipe(answer);
    }
  } catch (error) {
    session.encryption.forget(activationId);
    throw error;
  } finally {
    decryptor.release();
  }
}
