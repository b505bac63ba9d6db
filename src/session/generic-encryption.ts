/**
 * Encryption of an application's own requests, in either scope.
 *
 * @module
 */

import {
  ENCRYPTION_HEADER,
  encryptionHeader,
  SharedInfo1,
  type EncryptedRequest,
} from '../protocol/ecies.ts';
import type { Header } from '../net/client.ts';
import type { Session } from './session.ts';

/** An encrypted request, its header, and the activation in whose scope it is. */
export interface GenericEncryptedRequest extends EncryptedRequest {
  readonly header: Header;
  /** Undefined in application scope. */
  readonly activationId: string | undefined;
}

/** Encrypts in application scope. The caller must release the decryptor. */
export async function encryptForApplication(
  session: Session,
  plaintext: Uint8Array,
): Promise<GenericEncryptedRequest> {
  const encrypted = await session.encryption.encrypt(SharedInfo1.applicationGeneric, plaintext);
  return { ...encrypted, header: headerOf(session), activationId: undefined };
}

/** Encrypts in activation scope. The caller must release the decryptor. @throws MISSING_ACTIVATION */
export async function encryptForActivation(
  session: Session,
  plaintext: Uint8Array,
): Promise<GenericEncryptedRequest> {
  await session.requireActivation();
  return session.activation.withRecord(async (record) => {
    const encrypted = await session.encryption.encrypt(SharedInfo1.activationGeneric, plaintext, record);
    const { activationId } = record;
    return { ...encrypted, header: headerOf(session, activationId), activationId };
  });
}

function headerOf(session: Session, activationId?: string): Header {
  const { applicationKey } = session.configurations.configuration;
  const scope = activationId === undefined ? { applicationKey } : { applicationKey, activationId };
  return { key: ENCRYPTION_HEADER, value: encryptionHeader(scope) };
}
