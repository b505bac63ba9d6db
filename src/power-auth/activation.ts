/**
 * The life of an activation.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { assertOptionalText, assertText, guard } from '../facade.ts';
import { PowerAuthActivation } from '../model/power-auth-activation.ts';
import type { PowerAuthActivationStatus } from '../model/power-auth-activation-status.ts';
import { resolveAuthentication, type PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthCreateActivationResult } from '../model/power-auth-create-activation-result.ts';
import { assertPassword } from '../model/power-auth-password.ts';
import { activationFingerprint } from '../protocol/activation.ts';
import { wipeActivationRecord } from '../session/activation-record.ts';
import { fetchActivationStatus } from '../session/activation-status.ts';
import { activatedSession, sessionOf } from '../session/registry.ts';
import { removeActivation } from '../session/signed-requests.ts';
import { isInstance } from '../util/validate.ts';
import { PowerAuthInstance } from './instance.ts';

/** The part of {@link PowerAuth} that creates, commits, watches and removes an activation; never made by itself. */
export abstract class PowerAuthActivationLife extends PowerAuthInstance {
  /** Whether there is a committed activation. No request. */
  async hasValidActivation(): Promise<boolean> {
    return guard(async () => (await sessionOf(this.instanceId).activation.activationId()) !== undefined);
  }

  /** Whether `createActivation` may be called: there is no activation and none is under way. No request. */
  async canStartActivation(): Promise<boolean> {
    return guard(async () => {
      const { activation, pending } = sessionOf(this.instanceId);
      return !pending.exists && (await activation.activationId()) === undefined;
    });
  }

  /** Whether an activation is being created or waits for its commit. No request. */
  async hasPendingActivation(): Promise<boolean> {
    return guard(() => sessionOf(this.instanceId).pending.exists);
  }

  /** The activation's identifier, also of one that waits for its commit; undefined without one. No request. */
  async getActivationIdentifier(): Promise<string | undefined> {
    return guard(async () => {
      const { activation, pending } = sessionOf(this.instanceId);
      return pending.activationId ?? (await activation.activationId());
    });
  }

  /** The activation's fingerprint (8 digits), also of one that waits for its commit; undefined without one. No request. */
  async getActivationFingerprint(): Promise<string | undefined> {
    return guard(async () => {
      const { activation, pending } = sessionOf(this.instanceId);
      if (pending.fingerprint !== undefined) return pending.fingerprint;
      const record = await activation.read();
      if (record === undefined) return undefined;
      wipeActivationRecord(record);
      return activationFingerprint(record);
    });
  }

  /**
   * Asks the server for the activation's state (`/pa/v3/activation/status`), and brings the signature counters together
   * where they have drifted apart. An activation that is found REMOVED loses its tokens here.
   *
   * @throws MISSING_ACTIVATION, PENDING_ACTIVATION, INVALID_ACTIVATION_DATA when the server does not know the activation,
   *   NETWORK_ERROR, RESPONSE_ERROR
   */
  async fetchActivationStatus(): Promise<PowerAuthActivationStatus> {
    return guard(async () => fetchActivationStatus(await activatedSession(this.instanceId)));
  }

  /**
   * Exchanges keys with the server (`/pa/v3/activation/create`). The activation is kept in memory until
   * `commitActivation`; when this call fails nothing is left of it here.
   *
   * @throws INVALID_ACTIVATION_STATE when there is an activation, INVALID_ACTIVATION_OBJECT, INVALID_ACTIVATION_CODE,
   *   INVALID_ACTIVATION_DATA for a code with a forged signature, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   */
  async createActivation(activation: PowerAuthActivation): Promise<PowerAuthCreateActivationResult> {
    return guard(async () => {
      const { pending } = sessionOf(this.instanceId);
      if (!isInstance(activation, PowerAuthActivation) || typeof activation.activationCode !== 'string') {
        throw failure(
          PowerAuthErrorCode.INVALID_ACTIVATION_OBJECT,
          'activation: expected an object made by PowerAuthActivation.createWithActivationCode',
        );
      }
      assertText(activation.activationName, 'activation.activationName');
      assertOptionalText(activation.extras, 'activation.extras');
      assertOptionalText(activation.additionalActivationOtp, 'activation.additionalActivationOtp');
      return pending.create(activation);
    });
  }

  /**
   * Persists the activation, its knowledge factor under the password.
   *
   * @param authentication made by `PowerAuthAuthentication.commitWithPassword`; at least 4 bytes of UTF-8
   * @throws INVALID_ACTIVATION_STATE when no activation waits for its commit, WRONG_PARAMETER
   */
  async commitActivation(authentication: PowerAuthAuthentication): Promise<void> {
    return guard(async () => {
      const { pending } = sessionOf(this.instanceId);
      const { password } = resolveAuthentication(authentication, 'authentication', { commit: true });
      assertPassword(password, 'authentication.password');
      await pending.commit(password);
    });
  }

  /**
   * Removes the activation on the server (`/pa/v3/activation/remove`), then here with all its tokens. When the server
   * does not confirm, everything stays.
   *
   * @throws MISSING_ACTIVATION, PENDING_ACTIVATION, AUTHENTICATION_ERROR for a wrong password, NETWORK_ERROR,
   *   RESPONSE_ERROR
   */
  async removeActivationWithAuthentication(authentication: PowerAuthAuthentication): Promise<void> {
    return guard(async () => {
      sessionOf(this.instanceId);
      const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
      const session = await activatedSession(this.instanceId);
      await removeActivation(session, resolved);
      await session.removeActivation();
    });
  }

  /** Removes the activation and its tokens here alone, also one that waits for its commit. The server is not told. */
  async removeActivationLocal(): Promise<void> {
    return guard(() => sessionOf(this.instanceId).removeActivation());
  }
}
