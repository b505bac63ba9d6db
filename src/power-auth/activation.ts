/**
 * The life of an activation.
 *
 * @module
 */

import { PowerAuthErrorCode } from '../errors.ts';
import { assertString, guard } from '../facade.ts';
import { buildActivation, type PowerAuthActivation } from '../model/power-auth-activation.ts';
import type { PowerAuthActivationStatus } from '../model/power-auth-activation-status.ts';
import { resolveAuthentication, type PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthCreateActivationResult } from '../model/power-auth-create-activation-result.ts';
import type { PowerAuthExternalPendingOperation } from '../model/power-auth-external-pending-operation.ts';
import { assertPassword } from '../model/power-auth-password.ts';
import { parseActivationCode, type ParsedActivationCode } from '../protocol/activation-code.ts';
import { activationFingerprint } from '../protocol/activation.ts';
import { wipeActivationRecord } from '../session/activation-record.ts';
import { fetchActivationStatus, requireRemoved } from '../session/activation-status.ts';
import { withFactors } from '../session/factors.ts';
import { activatedSession, sessionOf } from '../session/registry.ts';
import type { Session } from '../session/session.ts';
import { verifyMasterSignature } from '../session/server-signature.ts';
import { removeActivation } from '../session/signed-requests.ts';
import { base64Decode } from '../util/base64.ts';
import { utf8 } from '../util/bytes.ts';
import { PowerAuthInstance } from './instance.ts';

/** The part of {@link PowerAuth} that creates, commits, watches and removes an activation; never made by itself. */
export abstract class PowerAuthActivationLife extends PowerAuthInstance {
  /**
   * Whether there is a committed activation. No request.
   *
   * @example
   * ```ts
   * const screen = (await powerAuth.hasValidActivation()) ? 'login' : 'activation';
   * ```
   */
  async hasValidActivation(): Promise<boolean> {
    return guard(async () => {
      const { activation, changes } = sessionOf(this.instanceId);
      await changes.ended();
      return (await activation.readActivationId()) !== undefined;
    });
  }

  /**
   * Whether `createActivation` may be called: there is no activation and none is under way. No request.
   *
   * @example
   * ```ts
   * if (!(await powerAuth.canStartActivation())) await powerAuth.removeActivationLocal();
   * ```
   */
  async canStartActivation(): Promise<boolean> {
    return guard(async () => {
      const { activation, changes, pending } = sessionOf(this.instanceId);
      await changes.ended();
      return !pending.exists && (await activation.readActivationId()) === undefined;
    });
  }

  /**
   * Whether an activation is being created or waits for its commit. No request.
   *
   * @example
   * ```ts
   * const screen = (await powerAuth.hasPendingActivation()) ? 'choose a PIN' : 'enter the code';
   * ```
   */
  async hasPendingActivation(): Promise<boolean> {
    return guard(async () => {
      const { changes, pending } = sessionOf(this.instanceId);
      await changes.ended();
      return pending.exists;
    });
  }

  /**
   * The activation's identifier, also of one that waits for its commit; undefined without one. No request.
   *
   * @example
   * ```ts
   * show(await powerAuth.getActivationIdentifier()); // 'e43f5f99-e2e9-49f2-bcae-5e32a5e96d22'
   * ```
   */
  async getActivationIdentifier(): Promise<string | undefined> {
    return guard(async () => {
      const { activation, changes, pending } = sessionOf(this.instanceId);
      await changes.ended();
      return pending.activationId ?? (await activation.readActivationId());
    });
  }

  /**
   * The activation's fingerprint (8 digits), also of one that waits for its commit; undefined without one. No request.
   *
   * @example
   * ```ts
   * show(await powerAuth.getActivationFingerprint()); // '20241984'
   * ```
   */
  async getActivationFingerprint(): Promise<string | undefined> {
    return guard(async () => {
      const { activation, changes, pending } = sessionOf(this.instanceId);
      await changes.ended();
      if (pending.fingerprint !== undefined) return pending.fingerprint;
      const record = await activation.read();
      if (record === undefined) return undefined;
      wipeActivationRecord(record);
      return activationFingerprint(record);
    });
  }

  /**
   * Asks the server for the activation's state (`/pa/v3/activation/status`), and brings the signature counters together
   * where they have drifted apart. An activation that is found REMOVED loses its tokens here. A counter that was behind the
   * server's, as that of a record that was put back is, is told in `localCounterBehind`, once.
   *
   * @throws MISSING_ACTIVATION; PENDING_ACTIVATION when one waits for its commit; INVALID_ACTIVATION_DATA when the server does
   *   not know the activation; NETWORK_ERROR, RESPONSE_ERROR; AUTHENTICATION_ERROR when the server refuses the signature by
   *   which its counter catches up, because the activation was blocked or removed at that moment
   * @example
   * ```ts
   * const { state, remainingAttempts } = await powerAuth.fetchActivationStatus();
   * if (state === PowerAuthActivationState.BLOCKED) show('Call the bank');
   * else show(`${remainingAttempts} attempts left`);
   * ```
   */
  async fetchActivationStatus(): Promise<PowerAuthActivationStatus> {
    return guard(async () => {
      const session = sessionOf(this.instanceId);
      await session.requireActivation(PowerAuthErrorCode.PENDING_ACTIVATION);
      return fetchActivationStatus(session);
    });
  }

  /**
   * Exchanges keys with the server (`/pa/v3/activation/create`). The activation is kept in memory until
   * `commitActivation`; when this call fails nothing is left of it here.
   *
   * @param activation made by `PowerAuthActivation.createWithActivationCode`, `createWithRecoveryCode` or
   *   `createWithIdentityAttributes`
   * @returns the fingerprint; recovery code and PUK where the server gives them, to be shown once; the enrollment server's
   *   custom attributes and claims about the user, where it sends them
   * @throws INVALID_ACTIVATION_STATE when there is an activation; INVALID_ACTIVATION_OBJECT, INVALID_ACTIVATION_CODE,
   *   INVALID_RECOVERY_CODE (PUK included) for what is malformed; INVALID_ACTIVATION_DATA for a code with a forged
   *   signature, no identity attributes, or a one-time password without an activation code; NETWORK_ERROR,
   *   ENCRYPTION_ERROR, OPERATION_CANCELED; RESPONSE_ERROR when the server refuses, after a wrong PUK with
   *   `errorData.currentRecoveryPukIndex`
   * @example
   * ```ts
   * const activation = PowerAuthActivation.createWithActivationCode('VVVVV-VVVVV-VVVVV-VTFVA', 'My laptop');
   * const { activationFingerprint } = await powerAuth.createActivation(activation);
   * show(activationFingerprint); // the user compares it with what the bank shows
   * ```
   */
  async createActivation(activation: PowerAuthActivation): Promise<PowerAuthCreateActivationResult> {
    return guard(async () => {
      const session = sessionOf(this.instanceId);
      const built = buildActivation(activation);
      // What comes after this call, such as a removal, finds the creation under way.
      if (session.changes.inProgress) await session.changes.ended();
      return session.pending.create(built);
    });
  }

  /**
   * Persists the activation, its knowledge factor under the password; with a biometry factor where the authentication has
   * one, for which the user is asked. When this fails, the activation still waits for its commit.
   *
   * @param authentication made by `PowerAuthAuthentication.commitWithPassword` or `commitWithPasswordAndBiometry`, or any
   *   other one with a password; the password has at least 4 bytes of UTF-8
   * @throws INVALID_ACTIVATION_STATE when no activation waits for its commit, WRONG_PARAMETER; with biometry
   *   BIOMETRY_NOT_SUPPORTED, BIOMETRY_CANCEL and others of its kind, and OPERATION_CANCELED when the activation was removed
   *   while the user was being asked
   * @example
   * ```ts
   * await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('1234'));
   * ```
   */
  async commitActivation(authentication: PowerAuthAuthentication): Promise<void> {
    return guard(async () => {
      const session = sessionOf(this.instanceId);
      const resolved = resolveAuthentication(authentication, 'authentication', { commit: true });
      const { password, isBiometricAuthentication, biometricPrompt: prompt } = resolved;
      assertPassword(password, 'authentication.password');
      if (session.changes.inProgress) await session.changes.ended();
      await session.pending.commit(password, isBiometricAuthentication ? { prompt } : undefined);
    });
  }

  /**
   * Removes the activation on the server (`/pa/v3/activation/remove`), then here with all its tokens. In between the server
   * is asked for the status (`/pa/v3/activation/status`): only a REMOVED that is encrypted under a key of the activation
   * proves that it is gone there. Without that proof everything stays here; `fetchActivationStatus` tells later, and
   * `removeActivationLocal` removes what is left.
   *
   * @throws MISSING_ACTIVATION, AUTHENTICATION_ERROR for a wrong password, which costs one attempt; SIGNATURE_ERROR for one
   *   too short, NETWORK_ERROR; RESPONSE_ERROR, also when an answer said that it was removed and the server has it still;
   *   INVALID_ACTIVATION_DATA when the status can't be read
   * @example
   * ```ts
   * await powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password('1234'));
   * ```
   */
  async removeActivationWithAuthentication(authentication: PowerAuthAuthentication): Promise<void> {
    return guard(async () => {
      sessionOf(this.instanceId);
      const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
      const session = await activatedSession(this.instanceId);
      const removed = await withFactors(session, resolved, (factors) => removeActivation(session, factors));
      await requireRemoved(session, removed);
      await session.removeActivationOf(removed);
    });
  }

  /**
   * Removes the activation and its tokens here alone, also one that waits for its commit. The server is not told.
   *
   * @example
   * ```ts
   * await powerAuth.removeActivationLocal();
   * ```
   */
  async removeActivationLocal(): Promise<void> {
    return guard(() => sessionOf(this.instanceId).removeActivation());
  }

  /**
   * Whether a scanned activation code is well formed and carries a signature by the master server key. No request.
   *
   * @param activationCode `AAAAA-BBBBB-CCCCC-DDDDD#…`, as a QR code has it; false without `#` and signature
   * @example
   * ```ts
   * if (!(await powerAuth.verifyScannedActivationCode(scannedText))) show('This code is not from the bank');
   * ```
   */
  async verifyScannedActivationCode(activationCode: string): Promise<boolean> {
    return guard(() => {
      const session = sessionOf(this.instanceId);
      assertString(activationCode, 'activationCode');
      return verifyScannedCode(session, activationCode);
    });
  }

  /**
   * iOS only: what another application that shares the activation is doing. Here there is none: undefined.
   *
   * @example
   * ```ts
   * await powerAuth.getExternalPendingOperation(); // undefined
   * ```
   */
  async getExternalPendingOperation(): Promise<PowerAuthExternalPendingOperation | undefined> {
    return guard(() => {
      sessionOf(this.instanceId);
      return undefined;
    });
  }
}

function verifyScannedCode(session: Session, scanned: string): boolean {
  let code: ParsedActivationCode;
  try {
    code = parseActivationCode(scanned);
  } catch {
    return false;
  }
  const signature = base64Decode(code.activationSignature ?? '');
  return signature !== undefined && verifyMasterSignature(session, utf8(code.activationCode), signature);
}
