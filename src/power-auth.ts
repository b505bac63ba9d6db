/**
 * The PowerAuth client: one activation, its signatures and its tokens.
 *
 * @module
 */

import { assertIndex, assertString, guard, textBytes } from './facade.ts';
import { resolveAuthentication, type PowerAuthAuthentication } from './model/power-auth-authentication.ts';
import type { PowerAuthConfirmRecoveryCodeDataResult } from './model/power-auth-confirm-recovery-code-data-result.ts';
import type { PowerAuthRecoveryActivationData } from './model/power-auth-create-activation-result.ts';
import type { PowerAuthEncryptor } from './model/power-auth-encryptor.ts';
import { Encryptor } from './power-auth/encryptor.ts';
import { PowerAuthBiometry } from './power-auth/biometry.ts';
import { parseRecoveryCode } from './protocol/activation-code.ts';
import { withFactors, type Factors } from './session/factors.ts';
import { confirmRecoveryCode } from './session/recovery.ts';
import { activatedSession, sessionOf } from './session/registry.ts';
import type { Session } from './session/session.ts';
import {
  fetchEncryptionKey,
  fetchRecoveryData,
  hasRecoveryData,
  signWithDeviceKey,
} from './session/vault.ts';
import { base64 } from './util/base64.ts';
import { wipe } from './util/bytes.ts';

/**
 * A PowerAuth client. Objects with one `instanceId` are the same client: configuration, activation and tokens are shared.
 *
 * What any method may reject with, and its own description leaves out:
 *
 * - INSTANCE_NOT_CONFIGURED before `configure` and after `deconfigure`
 * - WRONG_PARAMETER for parameters of a wrong type, form or length; nothing was sent or changed
 * - OPERATION_CANCELED when it was given up: the instance was deconfigured, or the activation removed or replaced meanwhile, or
 *   a lock was lost in a long sleep
 * - INVALID_ACTIVATION_DATA when what is stored can't be read
 * - INVALID_NATIVE_OBJECT for a password, an authentication object or a storage that is used up, released or closed
 * - UNKNOWN_ERROR when the storage fails, or a function of the application's own does
 *
 * Methods that take an authentication object with biometry also reject with the codes that begin with BIOMETRY_; those that
 * send something encrypted with CANNOT_GENERATE_TOKEN, when `clientConfiguration.clock` is the application's own and wrong.
 * docs/errors.md says of each code when it occurs, and what to do.
 *
 * @example
 * ```ts
 * const powerAuth = new PowerAuth('my-app');
 * await powerAuth.configure(new PowerAuthConfiguration(applicationKey, applicationSecret, masterServerPublicKey, url));
 * await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(code, 'My laptop'));
 * await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('1234'));
 * ```
 */
export class PowerAuth extends PowerAuthBiometry {
  /**
   * An encryptor for requests between this application and the server, with or without an activation. It may be taken
   * before `configure`, and outlives `deconfigure`.
   *
   * @example
   * ```ts
   * const { cryptogram, header, decryptor } = await powerAuth.getEncryptorForApplicationScope().encryptRequest('{}');
   * ```
   */
  getEncryptorForApplicationScope(): PowerAuthEncryptor {
    return new Encryptor('APPLICATION', this.instanceId);
  }

  /**
   * An encryptor for requests between this activation and the server. It may be taken at any time, and encrypts while there
   * is an activation.
   *
   * @example
   * ```ts
   * const { cryptogram, header, decryptor } = await powerAuth.getEncryptorForActivationScope().encryptRequest('{}');
   * ```
   */
  getEncryptorForActivationScope(): PowerAuthEncryptor {
    return new Encryptor('ACTIVATION', this.instanceId);
  }

  /**
   * A key for the application's own data, which the server lets out (`/pa/v3/vault/unlock`): the same one for the same
   * index, as long as the activation lives.
   *
   * @param authentication with the knowledge factor; servers refuse less
   * @param index number of the key, 0 to 2^53-1
   * @returns Base64 of 16 bytes
   * @throws MISSING_ACTIVATION, AUTHENTICATION_ERROR for a wrong password, which costs one attempt; SIGNATURE_ERROR for one
   *   too short, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   * @example
   * ```ts
   * const key = await powerAuth.fetchEncryptionKey(PowerAuthAuthentication.password('1234'), 1000);
   * ```
   */
  async fetchEncryptionKey(authentication: PowerAuthAuthentication, index: number): Promise<string> {
    return guard(async () => {
      const resolved = resolve(this.instanceId, authentication);
      assertIndex(index, 'index');
      const key = await activated(this.instanceId, resolved, (session, factors) =>
        fetchEncryptionKey(session, factors, index),
      );
      try {
        return base64(key);
      } finally {
        wipe(key);
      }
    });
  }

  /**
   * Signs data with the private key of this device, which the server lets be unlocked for it (`/pa/v3/vault/unlock`).
   *
   * @param authentication with the knowledge factor; servers refuse less
   * @param data as text, signed in UTF-8
   * @returns Base64 of an ECDSA signature (DER, SHA-256)
   * @throws MISSING_ACTIVATION, AUTHENTICATION_ERROR for a wrong password, which costs one attempt; SIGNATURE_ERROR for one
   *   too short, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   * @example
   * ```ts
   * const signature = await powerAuth.signDataWithDevicePrivateKey(authentication, contract);
   * ```
   */
  async signDataWithDevicePrivateKey(authentication: PowerAuthAuthentication, data: string): Promise<string> {
    return guard(async () => {
      const resolved = resolve(this.instanceId, authentication);
      const bytes = textBytes(data, 'data');
      return base64(
        await activated(this.instanceId, resolved, (session, factors) =>
          signWithDeviceKey(session, factors, bytes),
        ),
      );
    });
  }

  /**
   * Whether the activation came with a recovery code; false without an activation. No request.
   *
   * @example
   * ```ts
   * if (await powerAuth.hasActivationRecoveryData()) show('The recovery code can be shown');
   * ```
   */
  async hasActivationRecoveryData(): Promise<boolean> {
    return guard(async () => {
      const session = sessionOf(this.instanceId);
      await session.changes.ended();
      return hasRecoveryData(session);
    });
  }

  /**
   * The recovery code and PUK that the activation came with, which the server lets be unlocked
   * (`/pa/v3/vault/unlock`). Show them to the user and keep them nowhere.
   *
   * @param authentication with the knowledge factor; servers refuse less
   * @throws MISSING_ACTIVATION; INVALID_ACTIVATION_STATE when there are none; AUTHENTICATION_ERROR for a wrong password,
   *   which costs one attempt; SIGNATURE_ERROR for one too short, NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   * @example
   * ```ts
   * const { recoveryCode, puk } = await powerAuth.activationRecoveryData(PowerAuthAuthentication.password('1234'));
   * ```
   */
  async activationRecoveryData(
    authentication: PowerAuthAuthentication,
  ): Promise<PowerAuthRecoveryActivationData> {
    return guard(async () => {
      const { recoveryCode, puk } = await activated(
        this.instanceId,
        resolve(this.instanceId, authentication),
        fetchRecoveryData,
      );
      return { recoveryCode, puk };
    });
  }

  /**
   * Confirms that a postcard with a recovery code has arrived (`/pa/v3/recovery/confirm`): before that the code recovers
   * nothing.
   *
   * @param recoveryCode as typed or as scanned from a QR code, then with `R:`
   * @param authentication with the knowledge factor; servers refuse less
   * @throws INVALID_RECOVERY_CODE for a malformed code; MISSING_ACTIVATION; AUTHENTICATION_ERROR for a code that the server
   *   does not accept, and for a wrong password, which costs one attempt; SIGNATURE_ERROR for one too short,
   *   NETWORK_ERROR, RESPONSE_ERROR, ENCRYPTION_ERROR
   * @example
   * ```ts
   * const { alreadyConfirmed } = await powerAuth.confirmRecoveryCode('VVVVV-VVVVV-VVVVV-VTFVA', authentication);
   * ```
   */
  async confirmRecoveryCode(
    recoveryCode: string,
    authentication: PowerAuthAuthentication,
  ): Promise<PowerAuthConfirmRecoveryCodeDataResult> {
    return guard(async () => {
      const resolved = resolve(this.instanceId, authentication);
      assertString(recoveryCode, 'recoveryCode');
      const code = parseRecoveryCode(recoveryCode);
      const alreadyConfirmed = await activated(this.instanceId, resolved, (session, factors) =>
        confirmRecoveryCode(session, factors, code),
      );
      return { alreadyConfirmed };
    });
  }
}

// Functions, not private methods: a proxy around the object, as Vue's reactive() makes one, would break those.

function resolve(instanceId: string, authentication: PowerAuthAuthentication): PowerAuthAuthentication {
  sessionOf(instanceId);
  return resolveAuthentication(authentication, 'authentication', { commit: false });
}

/** Does what needs an activation and factors. */
async function activated<T>(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  use: (session: Session, factors: Factors) => Promise<T>,
): Promise<T> {
  const session = await activatedSession(instanceId);
  return withFactors(session, authentication, (factors) => use(session, factors));
}
