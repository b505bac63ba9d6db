/**
 * The requests of the PowerAuth Standard RESTful API that are encrypted in activation scope, then signed.
 *
 * @module
 */

import type { EndpointSent } from '../net/endpoints.ts';
import { utf8, wipe } from '../util/bytes.ts';
import type { ActivationRecord } from './activation-record.ts';
import type { Factors } from './factors.ts';
import type { SessionParts } from './parts.ts';

/**
 * Encrypts, signs and sends `content`, and passes the decrypted answer to `use`, together with the activation's record.
 * Both are wiped afterwards.
 *
 * @throws MISSING_ACTIVATION, and what network, encryption and `use` throw
 */
export async function sendEncrypted<T>(
  session: SessionParts,
  factors: Factors,
  endpoint: EndpointSent<'both'>,
  content: object,
  use: (answer: Uint8Array, record: ActivationRecord) => T | Promise<T>,
): Promise<T> {
  const { activation, encryption, endpoints, signer } = session;
  const { uriId } = endpoint;
  return signer.send(factors, uriId, async (sign, lock) =>
    // Read when its turn comes, so that encryption and signature belong to one activation.
    activation.withRecord(async (record) => {
      try {
        const plaintext = utf8(JSON.stringify(content));
        const { envelope, decryptor } = await encryption.encrypt(uriId, plaintext, record);
        try {
          const body = JSON.stringify(envelope);
          const { header } = await sign(body);
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
    }),
  );
}
