/**
 * The PowerAuth client: one activation, its signatures and its tokens.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from './errors.ts';
import { assertAuthentication, assertOptionalText, assertPassword, assertText, guard } from './facade.ts';
import type { EngineName } from './hot-path/types.ts';
import { PowerAuthActivation } from './model/power-auth-activation.ts';
import type { PowerAuthActivationStatus } from './model/power-auth-activation-status.ts';
import { PowerAuthAuthentication } from './model/power-auth-authentication.ts';
import type { PowerAuthAuthorizationHttpHeader } from './model/power-auth-authorization-http-header.ts';
import type { PowerAuthBiometryConfigurationType } from './model/power-auth-biometry-configuration.ts';
import type { PowerAuthClientConfigurationType } from './model/power-auth-client-configuration.ts';
import type { PowerAuthConfigurationType } from './model/power-auth-configuration.ts';
import type { PowerAuthCreateActivationResult } from './model/power-auth-create-activation-result.ts';
import type { PowerAuthKeychainConfigurationType } from './model/power-auth-keychain-configuration.ts';
import { PowerAuthPassword, type PasswordType } from './model/power-auth-password.ts';
import type { PowerAuthSharingConfigurationType } from './model/power-auth-sharing-configuration.ts';
import { PowerAuthTokenStore } from './power-auth-token-store.ts';
import { activationFingerprint } from './protocol/activation.ts';
import { canonicalQuery, type QueryParameters } from './protocol/query.ts';
import { wipeActivationRecord } from './session/activation-record.ts';
import { fetchActivationStatus } from './session/activation-status.ts';
import {
  configurationsOf,
  configureSession,
  deconfigureSession,
  findSession,
  sessionOf,
} from './session/registry.ts';
import { removeActivation, validateSignature } from './session/signed-requests.ts';
import { utf8 } from './util/bytes.ts';

/**
 * A PowerAuth client. Objects with one `instanceId` are the same client: configuration, activation and tokens are shared.
 *
 * Every method rejects with INSTANCE_NOT_CONFIGURED before `configure`, and with WRONG_PARAMETER for parameters of a
 * wrong type.
 *
 * @example
 * ```ts
 * const powerAuth = new PowerAuth('my-app');
 * await powerAuth.configure(new PowerAuthConfiguration(applicationKey, applicationSecret, masterServerPublicKey, url));
 * await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(code, 'My laptop'));
 * await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('1234'));
 * ```
 */
export class PowerAuth {
  /** Identifier of this instance. */
  readonly instanceId: string;
  /** Access tokens of this instance. */
  readonly tokenStore: PowerAuthTokenStore;

  /**
   * Makes the object; the client comes to be with `configure`.
   *
   * @param instanceId any non-empty string
   * @throws WRONG_PARAMETER
   */
  constructor(instanceId: string) {
    assertText(instanceId, 'instanceId');
    this.instanceId = instanceId;
    this.tokenStore = new PowerAuthTokenStore(instanceId);
  }

  /** What `configure` was given, or undefined before. */
  get configuration(): PowerAuthConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.configuration;
  }

  /** What `configure` was given, defaults filled in, or undefined before. */
  get clientConfiguration(): PowerAuthClientConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.clientConfiguration;
  }

  /** What `configure` was given, defaults filled in, or undefined before. */
  get biometryConfiguration(): PowerAuthBiometryConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.biometryConfiguration;
  }

  /** What `configure` was given, defaults filled in, or undefined before. */
  get keychainConfiguration(): PowerAuthKeychainConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.keychainConfiguration;
  }

  /** What `configure` was given, or undefined before. */
  get sharingConfiguration(): PowerAuthSharingConfigurationType | undefined {
    return configurationsOf(this.instanceId)?.sharingConfiguration;
  }

  /** The engine that makes the token headers, or undefined before `configure`. */
  get engine(): EngineName | undefined {
    return findSession(this.instanceId)?.engine.name;
  }

  /** Whether `configure` is done. */
  async isConfigured(): Promise<boolean> {
    return findSession(this.instanceId) !== undefined;
  }

  /**
   * Prepares this instance. Nothing is sent, and the storage is opened by the first call that needs it.
   *
   * @returns true
   * @throws WRONG_PARAMETER naming the field (a base URL of `http:` needs `enableUnsecureTraffic`), REACT_NATIVE_ERROR when
   *   the instance is configured already, INSUFFICIENT_KEYCHAIN_PROTECTION
   */
  configure(
    configuration: PowerAuthConfigurationType,
    clientConfiguration?: PowerAuthClientConfigurationType,
    biometryConfiguration?: PowerAuthBiometryConfigurationType,
    keychainConfiguration?: PowerAuthKeychainConfigurationType,
    sharingConfiguration?: PowerAuthSharingConfigurationType,
  ): Promise<boolean>;
  configure(
    appKey: string,
    appSecret: string,
    masterServerPublicKey: string,
    baseEndpointUrl: string,
    enableUnsecureTraffic: boolean,
  ): Promise<boolean>;
  async configure(...args: unknown[]): Promise<boolean> {
    return guard(async () => {
      await configureSession(this.instanceId, args);
      return true;
    });
  }

  /**
   * Ends this instance: what is under way fails with OPERATION_CANCELED, keys in memory are wiped, an activation that was
   * not committed is forgotten. Activation and tokens stay in the storage.
   *
   * @returns true
   */
  async deconfigure(): Promise<boolean> {
    return guard(async () => {
      await deconfigureSession(this.instanceId);
      return true;
    });
  }

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
    return guard(async () => fetchActivationStatus(await this.#activated()));
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
      if (!(activation instanceof PowerAuthActivation) || typeof activation.activationCode !== 'string') {
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
      assertAuthentication(authentication, 'authentication', { commit: true });
      assertPassword(authentication.password, 'authentication.password');
      await pending.commit(authentication.password);
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
      assertAuthentication(authentication, 'authentication', { commit: false });
      const session = await this.#activated();
      await removeActivation(session, authentication);
      await session.removeActivation();
    });
  }

  /** Removes the activation and its tokens here alone, also one that waits for its commit. The server is not told. */
  async removeActivationLocal(): Promise<void> {
    return guard(() => sessionOf(this.instanceId).removeActivation());
  }

  /**
   * Signs a GET request.
   *
   * @param uriId identifier of the resource, as client and server agreed on it
   * @param params query parameters, or undefined
   * @returns the header to send with the request
   * @throws MISSING_ACTIVATION, PENDING_ACTIVATION, SIGNATURE_ERROR for a password too short to be one
   */
  async requestGetSignature(
    authentication: PowerAuthAuthentication,
    uriId: string,
    params?: QueryParameters,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    return this.#sign(authentication, 'GET', uriId, () => canonicalQuery(params));
  }

  /**
   * Signs a request. The signature counter is advanced and persisted first, so that no value is used twice; the server
   * accepts signed requests only in the order in which they were signed.
   *
   * @param method HTTP method
   * @param uriId identifier of the resource, as client and server agreed on it
   * @param body the body as text, exactly as it will be sent in UTF-8; none is the empty one
   * @returns the header to send with the request
   * @throws MISSING_ACTIVATION, PENDING_ACTIVATION, SIGNATURE_ERROR for a password too short to be one
   */
  async requestSignature(
    authentication: PowerAuthAuthentication,
    method: string,
    uriId: string,
    body?: string,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    return this.#sign(authentication, method, uriId, () => {
      assertOptionalText(body, 'body');
      return body ?? '';
    });
  }

  /**
   * Lets the server check the password (`/pa/v3/signature/validate`).
   *
   * @throws AUTHENTICATION_ERROR for a wrong one, which costs one attempt; MISSING_ACTIVATION, PENDING_ACTIVATION,
   *   SIGNATURE_ERROR for one too short, NETWORK_ERROR, RESPONSE_ERROR
   */
  async validatePassword(password: PasswordType): Promise<void> {
    return guard(async () => {
      sessionOf(this.instanceId);
      assertPassword(password, 'password');
      await validateSignature(await this.#activated(), PowerAuthAuthentication.password(password));
    });
  }

  /**
   * A password object that is wiped when this instance is deconfigured.
   *
   * @param destroyOnUse wiped after it was used once
   * @param onAutomaticCleanup called when the password is found to have been wiped after 5 minutes of disuse
   */
  createPassword(destroyOnUse = true, onAutomaticCleanup?: () => void): PowerAuthPassword {
    return new PowerAuthPassword(destroyOnUse, onAutomaticCleanup, this.instanceId);
  }

  async #activated() {
    const session = sessionOf(this.instanceId);
    await session.requireActivation();
    return session;
  }

  async #sign(
    authentication: PowerAuthAuthentication,
    method: string,
    uriId: string,
    body: () => string,
  ): Promise<PowerAuthAuthorizationHttpHeader> {
    return guard(async () => {
      sessionOf(this.instanceId);
      assertAuthentication(authentication, 'authentication', { commit: false });
      assertText(method, 'method');
      assertText(uriId, 'uriId');
      const text = body();
      const { signer } = await this.#activated();
      return signer.sign(authentication, { method: method.toUpperCase(), uriId, body: utf8(text) });
    });
  }
}
