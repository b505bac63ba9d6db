/**
 * Activation recovery. Creating codes for postcards is not here: their keys belong to a printing center.
 *
 * @module
 */

import type { Application } from '../applications.ts';
import type { RecoveryCode } from '../recovery.ts';
import type { ServerState } from '../state.ts';
import { findApplication } from './application.ts';
import type { Fields } from './fields.ts';
import { refuse } from './refusal.ts';

export function recoveryConfig(state: ServerState, fields: Fields): object {
  const { applicationId } = findApplication(state, fields, 'ERR0024');
  return {
    applicationId,
    activationRecoveryEnabled: state.activationRecovery,
    // One switch here for both.
    recoveryPostcardEnabled: state.activationRecovery,
    allowMultipleRecoveryCodes: true,
    postcardPublicKey: null,
    remotePostcardPublicKey: null,
  };
}

/** Switches recovery on or off, for all applications. The other members of the configuration can't be changed here. */
export function updateRecoveryConfig(state: ServerState, fields: Fields): object {
  findApplication(state, fields, 'ERR0024');
  if (fields.has('remotePostcardPublicKey')) refuse('ERR0024', 'This server prints no postcards.');
  state.activationRecovery = fields.flag('activationRecoveryEnabled');
  return { updated: true };
}

/** A code's number, from 1. */
type Numbered = readonly [id: number, code: RecoveryCode];

const numbered = (state: ServerState): Numbered[] =>
  [...state.recoveryCodes.all()].map((code, index) => [index + 1, code]);

/** Codes of a user, of an activation or both. */
export function lookupRecoveryCodes(state: ServerState, fields: Fields): object {
  const [userId, activationId] = [fields.text('userId'), fields.text('activationId')];
  if (userId === undefined && activationId === undefined)
    refuse('ERR0024', 'Expected userId or activationId.');
  const application = fields.has('applicationId') ? findApplication(state, fields, 'ERR0024') : undefined;
  const status = fields.oneOf('recoveryCodeStatus', ['CREATED', 'ACTIVE', 'BLOCKED', 'REVOKED']);
  const pukStatus = fields.oneOf('recoveryPukStatus', ['VALID', 'USED', 'INVALID']);
  const recoveryCodes = numbered(state)
    .filter(([, code]) => code.userId === (userId ?? code.userId))
    .filter(([, code]) => activationId === undefined || code.activationId === activationId)
    .filter(([, code]) => isOf(application, state, code))
    .filter(([, code]) => code.state === (status ?? code.state))
    .map(([id, code]) => describe(state, id, code, pukStatus))
    .filter(({ puks }) => puks.length > 0);
  return { recoveryCodes };
}

const isOf = (
  application: Application | undefined,
  state: ServerState,
  { recoveryCode }: RecoveryCode,
): boolean => application === undefined || state.applicationOfRecovery(recoveryCode) === application;

function describe(
  state: ServerState,
  recoveryCodeId: number,
  { recoveryCode, userId, activationId, state: status, puks }: RecoveryCode,
  pukStatus: string | undefined,
) {
  return {
    recoveryCodeId,
    recoveryCodeMasked: `XXXXX-XXXXX-XXXXX-${recoveryCode.slice(-5)}`,
    userId,
    applicationId: state.applicationOfRecovery(recoveryCode).applicationId,
    activationId: activationId ?? null,
    status,
    puks: puks
      .filter((puk) => puk.state === (pukStatus ?? puk.state))
      .map((puk) => ({ pukIndex: puk.index, pukDerivationIndex: 0, status: puk.state })),
  };
}

export function revokeRecoveryCodes(state: ServerState, fields: Fields): object {
  const ids = fields.integers('recoveryCodeIds');
  if (ids.length === 0 || ids.some((id) => id < 0)) refuse('ERR0024', 'Expected recoveryCodeIds.');
  const found = numbered(state).filter(([id, code]) => ids.includes(id) && code.state !== 'REVOKED');
  for (const [, code] of found) state.recoveryCodes.revoke(code);
  return { revoked: found.length > 0 };
}
