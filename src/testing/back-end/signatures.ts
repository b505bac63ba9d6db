/**
 * Signatures that a back-end has verified.
 *
 * @module
 */

import { ecdsaSign, ecdsaVerify, fromBase64 } from '../crypto.ts';
import { offlinePayload } from '../offline.ts';
import { offlineSignature, onlineSignature, type PowerAuthTestSignatureType } from '../signature.ts';
import type { ServerState } from '../state.ts';
import type { Activation } from '../model.ts';
import { advance } from '../verify.ts';
import { findActivation } from './activations.ts';
import { findApplication } from './application.ts';
import type { Fields } from './fields.ts';
import { refuse } from './refusal.ts';
import { SIGNATURE_TYPES } from './values.ts';

/** Where nobody looked at the signature: no such activation, not active, or signed for another application. */
const unverified = (activationId: string, activationStatus: string): object => ({
  signatureValid: false,
  activationStatus,
  blockedReason: null,
  activationId,
  userId: null,
  applicationId: null,
  signatureType: null,
  remainingAttempts: null,
  applicationRoles: [],
  activationFlags: [],
});

const verdict = (
  activation: Activation,
  signatureValid: boolean,
  type: PowerAuthTestSignatureType,
): object => ({
  signatureValid,
  activationStatus: activation.state,
  blockedReason: activation.blockedReason ?? null,
  activationId: activation.activationId,
  userId: activation.userId,
  applicationId: activation.application.applicationId,
  signatureType: type.toUpperCase(),
  remainingAttempts: signatureValid
    ? activation.maxFailCount
    : activation.maxFailCount - activation.failCount,
  applicationRoles: [],
  activationFlags: [],
});

/** Online. `data` is the normalized text without the application's secret. */
export function verifySignature(state: ServerState, fields: Fields): object {
  // What powerauth-js-test-client does with an offline signature; the genuine server misses the type then.
  if (fields.has('allowBiometry') && !fields.has('signatureType'))
    return verifyOfflineSignature(state, fields);
  const [activationId, applicationKey] = [fields.required('activationId'), fields.required('applicationKey')];
  const [data, signature] = [fields.required('data'), fields.required('signature')];
  fields.required('signatureType');
  const type = SIGNATURE_TYPES.get(
    fields.oneOf('signatureType', [...SIGNATURE_TYPES.keys()]) ??
      refuse('ERR0024', 'Expected signatureType.'),
  );
  if (!/^3\.[123]$/.test(fields.required('signatureVersion'))) refuse('ERR0013');
  const activation = state.activation(activationId);
  if (activation?.state !== 'ACTIVE' || type === undefined)
    return unverified(activationId, activation?.state ?? 'REMOVED');
  const version = state.applications.served(applicationKey);
  if (version?.application !== activation.application) {
    state.countFailure(activation, type);
    return unverified(activationId, activation.state);
  }
  const signed = `${data}&${version.applicationSecret}`;
  const isValid = advance(state, activation, type, signed, signature, onlineSignature);
  if (!isValid) state.countFailure(activation, type);
  return verdict(activation, isValid, type);
}

/** A signature that somebody typed. */
export function verifyOfflineSignature(state: ServerState, fields: Fields): object {
  const [activationId, data] = [fields.required('activationId'), fields.required('data')];
  const signature = fields.required('signature');
  const digits = fields.integer('componentLength') ?? 8;
  if (digits < 4 || digits > 8) refuse('ERR0013', 'Expected a componentLength from 4 to 8.');
  refuseProximityCheck(fields);
  const types: PowerAuthTestSignatureType[] = ['possession_knowledge'];
  if (fields.flag('allowBiometry')) types.push('possession_biometry');
  const activation = state.activation(activationId);
  if (activation?.state !== 'ACTIVE') return unverified(activationId, activation?.state ?? 'REMOVED');
  const signed = `${data}&offline`;
  const found = types.find((type) =>
    advance(state, activation, type, signed, signature, offlineSignature(digits)),
  );
  if (found === undefined) state.countFailure(activation, 'possession_knowledge');
  return verdict(activation, found !== undefined, found ?? 'possession_knowledge');
}

function refuseProximityCheck(fields: Fields): void {
  if (fields.has('proximityCheck')) refuse('ERR0024', 'This server has no proximityCheck.');
}

/** For the QR code of one activation. */
export function personalizedPayload(state: ServerState, fields: Fields): object {
  const data = fields.required('data');
  refuseProximityCheck(fields);
  const { payload, nonce } = offlinePayload(state, findActivation(state, fields), data, fields.text('nonce'));
  return { offlineData: payload, nonce };
}

/** For a QR code that any activation of the application can read. */
export function nonPersonalizedPayload(state: ServerState, fields: Fields): object {
  const data = fields.required('data');
  const application = findApplication(state, fields);
  const { payload, nonce } = offlinePayload(state, undefined, data, undefined, application);
  return { offlineData: payload, nonce };
}

/** A signature by the private key of the activation's device. */
export function verifyDeviceSignature(state: ServerState, fields: Fields): object {
  const activation = state.activation(fields.required('activationId'));
  const data = bytes(fields, 'data');
  const signature = bytes(fields, 'signature');
  const format = fields.oneOf('signatureFormat', ['DER', 'JOSE']);
  if (activation === undefined) return { signatureValid: false };
  const { keys } = activation;
  if (keys === undefined) return refuse('ERR0010');
  return { signatureValid: ecdsaVerify(keys.devicePublicKey, data, signature, format) };
}

/** A signature by the server's private key for the activation. */
export function signByServer(state: ServerState, fields: Fields): object {
  const data = bytes(fields, 'data');
  const { state: current, serverKeys } = findActivation(state, fields);
  if (current !== 'ACTIVE') refuse('ERR0008');
  return { signature: ecdsaSign(serverKeys, data).toString('base64') };
}

const bytes = (fields: Fields, name: string): Buffer =>
  fromBase64(fields.required(name)) ?? refuse('ERR0011', `Expected ${name} in Base64.`);
