/**
 * What a bank does with an activation.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { generateActivationCode } from '../activation-code.ts';
import { fromBase64 } from '../crypto.ts';
import { statusBlob } from '../endpoints/activations.ts';
import { type ServerState } from '../state.ts';
import { fingerprint, type Activation } from '../model.ts';
import { findApplication } from './application.ts';
import { describeActivation } from './describe-activation.ts';
import type { Fields } from './fields.ts';
import { refuse } from './refusal.ts';
import { date } from './values.ts';

const PHASES = ['ON_COMMIT', 'ON_KEY_EXCHANGE'] as const;

/** The activation that `activationId` names. */
export const findActivation = (state: ServerState, fields: Fields): Activation =>
  state.activation(fields.required('activationId')) ?? refuse('ERR0009');

export function initActivation(state: ServerState, fields: Fields): object {
  const userId = fields.required('userId');
  if (userId === '' || userId.length > 255) refuse('ERR0024', 'Expected a userId of 1 to 255 characters.');
  if (!fields.has('applicationId')) refuse('ERR0002');
  const application = findApplication(state, fields);
  const maxFailCount = fields.integer('maxFailureCount') ?? 5;
  if (maxFailCount <= 0) refuse('ERR0040', 'Expected a positive maxFailureCount.');
  const expiresAt = fields.date('timestampActivationExpire');
  const otp = fields.text('activationOtp')?.trim() === '' ? undefined : fields.text('activationOtp');
  const otpValidation = fields.oneOf('activationOtpValidation', ['NONE', ...PHASES]) ?? 'NONE';
  const phase = fields.oneOf('commitPhase', PHASES);
  if (otpValidation !== 'NONE' && (phase !== undefined || otp === undefined))
    refuse('ERR0024', 'activationOtpValidation needs activationOtp, and excludes commitPhase.');
  const code = generateActivationCode();
  const { activationId } = state.createActivation({
    userId,
    application,
    code,
    maxFailCount,
    ...(otp !== undefined && { otp }),
    otpValidation,
    commitPhase: otpValidation === 'NONE' ? (phase ?? 'ON_COMMIT') : otpValidation,
    ...(expiresAt !== undefined && { validity: expiresAt - state.now() }),
  });
  const { applicationId } = application;
  const [, activationSignature] = state.signedCode(code, application).split('#');
  return { activationId, activationCode: code, activationSignature, userId, applicationId };
}

export function commitActivation(state: ServerState, fields: Fields): object {
  const activation = findActivation(state, fields);
  const { activationId } = activation;
  if (activation.state === 'REMOVED') refuse('ERR0007');
  if (activation.state !== 'PENDING_COMMIT') refuse('ERR0008');
  if (!state.acceptsOtp(activation, 'ON_COMMIT', fields.text('activationOtp'))) refuse('ERR0031');
  state.commit(activation);
  return { activationId, activated: true };
}

export function updateOtp(state: ServerState, fields: Fields): object {
  const otp = fields.required('activationOtp');
  if (otp === '') refuse('ERR0024', 'Expected activationOtp.');
  const activation = findActivation(state, fields);
  if (activation.state !== 'PENDING_COMMIT') refuse('ERR0008');
  activation.otp = otp;
  activation.otpValidation = 'ON_COMMIT';
  return { activationId: activation.activationId, updated: true };
}

export function updateName(state: ServerState, fields: Fields): object {
  const activationName = fields.required('activationName');
  if (activationName.trim() === '' || activationName.length > 255)
    refuse('ERR0024', 'Expected an activationName of 1 to 255 characters.');
  const activation = findActivation(state, fields);
  const { activationId, state: activationStatus } = activation;
  if (activationStatus !== 'PENDING_COMMIT' && activationStatus !== 'ACTIVE') refuse('ERR0008');
  state.rename(activation, activationName);
  return { activationId, activationName, activationStatus };
}

export function blockActivation(state: ServerState, fields: Fields): object {
  const activation = findActivation(state, fields);
  if (activation.state === 'ACTIVE') state.block(activation, fields.text('reason'));
  else if (activation.state !== 'BLOCKED') refuse('ERR0008');
  const { activationId, state: activationStatus, blockedReason } = activation;
  return { activationId, activationStatus, blockedReason };
}

export function unblockActivation(state: ServerState, fields: Fields): object {
  const activation = findActivation(state, fields);
  if (activation.state === 'BLOCKED') state.unblock(activation);
  else if (activation.state !== 'ACTIVE') refuse('ERR0008');
  return { activationId: activation.activationId, activationStatus: activation.state };
}

export function removeActivation(state: ServerState, fields: Fields): object {
  const activation = findActivation(state, fields);
  state.remove(activation, { revokeRecovery: fields.flag('revokeRecoveryCodes') });
  return { activationId: activation.activationId, removed: true };
}

/** The answer for an unknown activation differs from that for a removed one only in what nobody remembers. */
export function activationStatus(state: ServerState, fields: Fields): object {
  const activationId = fields.required('activationId');
  const challenge = fields.has('challenge') ? fromBase64(fields.text('challenge')) : undefined;
  if (fields.has('challenge') && challenge === undefined) refuse('ERR0011', 'Expected challenge in Base64.');
  const activation = state.activation(activationId);
  const nonce = challenge && randomBytes(16);
  const blob =
    activation?.keys === undefined
      ? randomBytes(32)
      : statusBlob(
          activation,
          state.release,
          activation.keys.transport,
          challenge,
          nonce ?? Buffer.alloc(16),
        );
  const code = activation?.state === 'CREATED' ? activation.code : undefined;
  const [activationCode = null, activationSignature = null] =
    code === undefined ? [] : state.signedCode(code, activation?.application).split('#');
  const known = activation === undefined ? unknownActivation(activationId) : describeStatus(activation);
  return {
    ...known,
    encryptedStatusBlob: blob.toString('base64'),
    encryptedStatusBlobNonce: nonce?.toString('base64') ?? null,
    activationCode,
    activationSignature,
    applicationRoles: [],
  };
}

function describeStatus(activation: Activation): object {
  const { otpValidation, commitPhase } = activation;
  return {
    ...describeActivation(activation),
    activationOtpValidation: otpValidation,
    commitPhase: otpValidation === 'NONE' ? commitPhase : 'ON_COMMIT',
    devicePublicKeyFingerprint: fingerprint(activation) ?? null,
  };
}

function unknownActivation(activationId: string): object {
  return {
    activationId,
    activationStatus: 'REMOVED',
    activationOtpValidation: 'NONE',
    commitPhase: 'ON_COMMIT',
    blockedReason: null,
    activationName: 'unknown',
    userId: 'unknown',
    extras: null,
    protocol: null,
    externalId: null,
    platform: null,
    deviceInfo: null,
    applicationId: null,
    failedAttempts: 0,
    maxFailedAttempts: 5,
    timestampCreated: date(0),
    timestampLastUsed: date(0),
    timestampLastChange: null,
    devicePublicKeyFingerprint: null,
    version: 0,
    activationFlags: [],
  };
}
