/**
 * The parts of the vault that the server unlocks.
 *
 * @module
 */

import { resolveAuthentication, type PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthDataFormat } from '../model/power-auth-encryptor.ts';
import { PowerAuthSignatureKeyId } from '../model/power-auth-signature-key-id.ts';
import { fetchEncryptionKey as fetchKey, signJwtWithDeviceKey, signWithDeviceKey } from '../session/vault.ts';
import { base64 } from '../util/base64.ts';
import { wipe } from '../util/bytes.ts';
import { assertIndex, jsonObject, wrongParameter } from '../util/validate.ts';
import { assertFormat, base64Bytes, dataBytes } from './data-format.ts';
import { onSession, withActivation } from './on-session.ts';

export function fetchEncryptionKey(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  index: number,
): Promise<string> {
  return onSession(instanceId, async (session) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    assertIndex(index, 'index');
    const key = await withActivation(session, resolved, (factors) => fetchKey(session, factors, index));
    try {
      return base64(key);
    } finally {
      wipe(key);
    }
  });
}

export function signDataWithDevicePrivateKey(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  data: string,
  dataFormat: PowerAuthDataFormat,
): Promise<string> {
  return onSession(instanceId, async (session) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    assertFormat(dataFormat, 'dataFormat');
    const bytes = dataBytes(data, dataFormat, 'data');
    return base64(
      await withActivation(session, resolved, (factors) => signWithDeviceKey(session, factors, bytes)),
    );
  });
}

export function signJwtWithDevicePrivateKey(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  claims: object,
): Promise<string> {
  return onSession(instanceId, async (session) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    const copy = jsonObject(claims, 'claims');
    return withActivation(session, resolved, (factors) => signJwtWithDeviceKey(session, factors, copy));
  });
}

export function calculateDigitalSignature(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  data: string,
  keyId: PowerAuthSignatureKeyId,
): Promise<string> {
  return onSession(instanceId, async (session) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    const bytes = base64Bytes(data, 'data');
    const { DEVICE_EC } = PowerAuthSignatureKeyId;
    if (keyId !== DEVICE_EC) throw wrongParameter('keyId', `'${DEVICE_EC}'`, keyId);
    return base64(
      await withActivation(session, resolved, (factors) => signWithDeviceKey(session, factors, bytes)),
    );
  });
}
