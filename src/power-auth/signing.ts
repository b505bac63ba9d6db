/**
 * Signatures, the client's and the server's.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { resolveAuthentication, type PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthAuthorizationHttpHeader } from '../model/power-auth-authorization-http-header.ts';
import type { PowerAuthHttpHeader } from '../model/power-auth-client-configuration.ts';
import { PowerAuthSignatureKeyId } from '../model/power-auth-signature-key-id.ts';
import { canonicalQuery } from '../protocol/query.ts';
import { verifyMasterSignature, verifyPersonalSignature } from '../session/server-signature.ts';
import { base64Decode } from '../util/base64.ts';
import { utf8 } from '../util/bytes.ts';
import {
  assertBoolean,
  assertOptionalText,
  assertString,
  assertText,
  assertWellFormed,
  bodyBytes,
  isWellFormed,
  textBytes,
  wrongParameter,
} from '../util/validate.ts';
import { base64Bytes } from './data-format.ts';
import { onSession, withActivation } from './on-session.ts';

export function requestGetSignature(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  uriId: string,
  params?: object | null,
): Promise<PowerAuthAuthorizationHttpHeader> {
  return signQuery(instanceId, authentication, 'GET', uriId, params);
}

/** The same for any method. */
export function signQuery(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  method: string,
  uriId: string,
  params?: object | null,
): Promise<PowerAuthAuthorizationHttpHeader> {
  return sign(instanceId, authentication, method, uriId, () => utf8(canonicalQuery(params)));
}

/** A header in the form of the SDK's newer versions. */
export async function named(header: Promise<PowerAuthAuthorizationHttpHeader>): Promise<PowerAuthHttpHeader> {
  const { key, value } = await header;
  return { name: key, value };
}

export function requestSignature(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  method: string,
  uriId: string,
  body?: string | ArrayBuffer | ArrayBufferView,
): Promise<PowerAuthAuthorizationHttpHeader> {
  return sign(instanceId, authentication, method, uriId, () => {
    const bytes = body === undefined ? new Uint8Array() : bodyBytes(body, 'body');
    if (bytes.length === 0 && method.toUpperCase() === 'GET') throw nothingToSign();
    return bytes;
  });
}

export function offlineSignature(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  uriId: string,
  nonce: string,
  body?: string,
): Promise<string> {
  return onSession(instanceId, async (session) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    assertText(uriId, 'uriId');
    assertWellFormed(uriId, 'uriId');
    assertOptionalText(body, 'body');
    const request = { uriId, nonce: decodeNonce(nonce), body: textBytes(body ?? '', 'body') };
    return withActivation(session, resolved, (factors) => session.signer.signOffline(factors, request));
  });
}

export function verifyServerSignedData(
  instanceId: string,
  data: string,
  signature: string,
  masterKey: boolean,
): Promise<boolean> {
  return onSession(instanceId, async (session) => {
    assertString(data, 'data');
    assertString(signature, 'signature');
    assertBoolean(masterKey, 'masterKey');
    const bytes = base64Decode(signature);
    // Text that isn't well-formed would become different text in UTF-8, which a server may have signed.
    if (bytes === undefined || !isWellFormed(data)) return false;
    const verify = masterKey ? verifyMasterSignature : verifyPersonalSignature;
    return verify(session, utf8(data), bytes);
  });
}

/** Resolves if the signature is valid. */
export function verifyDigitalSignature(
  instanceId: string,
  signature: string,
  data: string,
  keyId: PowerAuthSignatureKeyId,
): Promise<void> {
  return onSession(instanceId, async (session) => {
    const signatureBytes = base64Bytes(signature, 'signature');
    const bytes = base64Bytes(data, 'data');
    const { MASTER_EC, SERVER_EC } = PowerAuthSignatureKeyId;
    if (keyId !== MASTER_EC && keyId !== SERVER_EC) {
      throw wrongParameter('keyId', `'${MASTER_EC}' or '${SERVER_EC}'`, keyId);
    }
    if (keyId === SERVER_EC) await session.requireActivation();
    const verify = keyId === MASTER_EC ? verifyMasterSignature : verifyPersonalSignature;
    if (await verify(session, bytes, signatureBytes)) return;
    throw failure(
      PowerAuthErrorCode.WRONG_SIGNATURE,
      'signature: expected one of this key over this data, got another one',
    );
  });
}

/** @param body called after everything else was checked */
function sign(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  method: string,
  uriId: string,
  body: () => Uint8Array,
): Promise<PowerAuthAuthorizationHttpHeader> {
  return onSession(instanceId, async (session) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    assertText(method, 'method');
    assertText(uriId, 'uriId');
    assertWellFormed(method, 'method');
    assertWellFormed(uriId, 'uriId');
    const request = { method: method.toUpperCase(), uriId, body: body() };
    const { header } = await withActivation(session, resolved, (factors) =>
      session.signer.sign(factors, request),
    );
    return header;
  });
}

function nothingToSign(): Error {
  return failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    'method: expected one whose requests have a body, got GET without one; call requestGetSignature(authentication, uriId, params), which signs the query, even an empty one',
  );
}

function decodeNonce(nonce: unknown): Uint8Array {
  const bytes = typeof nonce === 'string' ? base64Decode(nonce) : undefined;
  if (bytes?.length === 16) return bytes;
  throw wrongParameter('nonce', 'Base64 of 16 bytes', nonce);
}
