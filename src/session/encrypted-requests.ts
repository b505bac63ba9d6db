/**
 * The requests of the PowerAuth Standard RESTful API that are encrypted in activation scope and signed, in either order.
 *
 * @module
 */

import type { EndpointSent } from '../net/endpoints.ts';
import { SharedInfo1 } from '../protocol/ecies.ts';
import { utf8, wipe } from '../util/bytes.ts';
import type { ActivationRecord } from './activation-record.ts';
import type { Factors } from './factors.ts';
import type { SessionParts } from './parts.ts';
import type { SignAndSend } from './request-signer.ts';
import { afterRefusal } from './status-blob.ts';

/**
 * Encrypts, signs and sends `content` in the order of the endpoint, and passes the decrypted answer to `use`, together with the activation's record.
 * Both are wiped afterwards.
 *
 * @throws MISSING_ACTIVATION, and what network, encryption and `use` throw
 */
export async function sendEncrypted<T>(
  session: SessionParts,
  factors: Factors,
  endpoint: EndpointSent<'both' | 'signedFirst'>,
  content: object,
  use: (answer: Uint8Array, record: ActivationRecord) => T | Promise<T>,
): Promise<T> {
  const { activation, encryption, endpoints, signer } = session;
  const { uriId } = endpoint;
  const isSignedFirst = endpoint.sent === 'signedFirst';
  const text = JSON.stringify(content);
  const send: SignAndSend<T> = async (sign, lock) =>
    // Read when its turn comes, so that encryption and signature belong to one activation.
    activation.withRecord(async (record) => {
      try {
        const sharedInfo1 = isSignedFirst ? SharedInfo1.activationGeneric : uriId;
        const { envelope, decryptor } = await encryption.encrypt(sharedInfo1, utf8(text), record);
        try {
          const body = JSON.stringify(envelope);
          // After everything that may fail before the request is sent: a counter value is used up here.
          const { header } = await sign(isSignedFirst ? text : body);
          const answer = await decryptor.decrypt(await endpoints.post(endpoint, body, { header, lock }));
          try {
            const result = await use(answer, record);
            // Only the server can give this answer, and only for a right signature.
            factors.knowledge?.confirm();
            return result;
          } finally {
            wipe(answer);
          }
        } finally {
          decryptor.release();
        }
      } catch (error) {
        encryption.forget(record.activationId);
        throw error;
      }
    });
  return signer.send(factors, uriId, send, () => afterRefusal(session));
}
