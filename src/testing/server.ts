/**
 * A running server, as a test sees it.
 *
 * @module
 */

import { generateActivationCode } from './activation-code.ts';
import { ecdsaVerify, fromBase64 } from './crypto.ts';
import type { PowerAuthTestFaults } from './faults.ts';
import type { PowerAuthTestRequest } from './http.ts';
import * as inputs from './inputs.ts';
import { describeKeys, type PowerAuthTestKeys } from './keys.ts';
import {
  createOfflinePayload,
  verifyOfflineSignature,
  type PowerAuthTestOfflinePayload,
  type PowerAuthTestOfflineRequest,
  type PowerAuthTestOfflineSignature,
} from './offline.ts';
import { signedQuery } from './query.ts';
import { sdkConfiguration } from './sdk-configuration.ts';
import { recoveryCodeSnapshot, type PowerAuthTestRecoveryCode } from './recovery.ts';
import { ANY_FACTORS, type PowerAuthTestSignatureType } from './signature.ts';
import type { ServerState } from './state.ts';
import { activationSnapshot, tokenSnapshot } from './snapshots.ts';
import type { Activation, PowerAuthTestActivationState } from './model.ts';
import type {
  PowerAuthTestActivation,
  PowerAuthTestActivationOptions,
  PowerAuthTestSignatureVerification,
  PowerAuthTestSignedRequest,
  PowerAuthTestToken,
  PowerAuthTestTokenVerification,
} from './types.ts';
import { verifySignature, verifyToken } from './verify.ts';

/**
 * A running server; {@link startPowerAuthTestServer} starts one.
 *
 * @example
 * ```ts
 * const server = await startPowerAuthTestServer();
 * await fetch(`${server.baseUrl}/pa/v3/status`, { method: 'POST' });
 * await server.close();
 * ```
 */
export class PowerAuthTestServer {
  readonly #state: ServerState;
  readonly #close: () => Promise<void>;
  /** Base URL, for example `http://127.0.0.1:34567`. */
  readonly baseUrl: string;
  /** For `PowerAuth.configure`, with `enableUnsecureTraffic`. */
  readonly configuration: {
    /** APPLICATION_KEY: Base64 of 16 bytes. */
    readonly applicationKey: string;
    /** APPLICATION_SECRET: Base64 of 16 bytes. */
    readonly applicationSecret: string;
    /** KEY_SERVER_MASTER_PUBLIC: Base64 of a P-256 point. */
    readonly masterServerPublicKey: string;
    /** The same as `baseUrl`. */
    readonly baseEndpointUrl: string;
  };
  /** The first three values of `configuration` in one string, as an administrator gets it from a genuine server. */
  readonly mobileSdkConfig: string;
  /** The requests received, in order; the last 10 000. */
  readonly requests: PowerAuthTestRequest[];
  /** Faults on demand. */
  readonly faults: PowerAuthTestFaults;

  /** @internal */
  constructor(
    state: ServerState,
    baseUrl: string,
    requests: PowerAuthTestRequest[],
    faults: PowerAuthTestFaults,
    close: () => Promise<void>,
  ) {
    this.#state = state;
    this.#close = close;
    this.baseUrl = baseUrl;
    this.requests = requests;
    this.faults = faults;
    const { applicationKey, applicationSecret, application } = state.applications.main;
    this.configuration = Object.freeze({
      applicationKey,
      applicationSecret,
      masterServerPublicKey: application.masterKeys.publicKey.toString('base64'),
      baseEndpointUrl: baseUrl,
    });
    this.mobileSdkConfig = sdkConfiguration(this.configuration);
  }

  /** Added to the machine's clock, ms; may be set at any time. */
  get clockOffset(): number {
    return this.#state.clockOffset;
  }

  /** May be set at any time. Throws WRONG_PARAMETER if it is no number, or more than 31 years (1e12 ms) from 0. */
  set clockOffset(ms: number) {
    inputs.checked(inputs.clockOffset, ms, 'clockOffset');
    this.#saved(() => (this.#state.clockOffset = ms));
  }

  /**
   * The keys, for another server that is to have the same. They are secrets of a real bank; here they protect nothing.
   */
  get keys(): PowerAuthTestKeys {
    const { main } = this.#state.applications;
    return describeKeys({ ...main, masterKeys: main.application.masterKeys });
  }

  /** All activations as they are now, in the order of their creation. */
  get activations(): readonly PowerAuthTestActivation[] {
    return this.#state.activations.map((it) => activationSnapshot(it, this.#state.tokens.peek()));
  }

  /** All tokens that exist now. */
  get tokens(): readonly PowerAuthTestToken[] {
    return Array.from(this.#state.tokens.peek(), tokenSnapshot);
  }

  /**
   * Starts an activation. Throws for an invalid code, and for one that another activation has.
   *
   * @returns its id, and its code with the master key's signature, `AAAAA-BBBBB-CCCCC-DDDDD#…`, as in a QR code
   * @example
   * ```ts
   * const { activationId, activationCode } = server.createActivation({ userId: 'alice' });
   * ```
   */
  createActivation(options: PowerAuthTestActivationOptions = {}): {
    /** Identifier, a UUID. */
    activationId: string;
    /** The code with its signature. */
    activationCode: string;
  } {
    inputs.checked(inputs.newActivation, options, 'options');
    const { activationCode: code = generateActivationCode() } = options;
    if (this.#state.isTaken(code)) throw new Error('activationCode: another activation has this code');
    const { activationId } = this.#saved(() => this.#state.createActivation({ ...options, code }));
    return { activationId, activationCode: this.#state.signedCode(code) };
  }

  /**
   * PENDING_COMMIT becomes ACTIVE; no error if it is already ACTIVE. Throws in other states. Activations by code and by
   * identity attributes need it after the client's `commitActivation`; those with a one-time password and by recovery
   * code do not.
   *
   * @example
   * ```ts
   * server.commitActivation(activationId);
   * ```
   */
  commitActivation(activationId: string): void {
    const activation = this.#find(activationId, ['PENDING_COMMIT', 'ACTIVE']);
    if (activation.state === 'PENDING_COMMIT') this.#saved(() => this.#state.commit(activation));
  }

  /**
   * ACTIVE becomes BLOCKED; no error if it is already BLOCKED. Throws in other states.
   *
   * @param options `expiresAt`: server time in ms at which the block ends, as servers from 2.2 on report it with the
   *   status. Default: it doesn't end by itself
   * @example
   * ```ts
   * server.blockActivation(activationId);
   * ```
   */
  blockActivation(activationId: string, options: { expiresAt?: number } = {}): void {
    inputs.checked(inputs.block, options, 'options');
    const activation = this.#find(activationId, ['ACTIVE', 'BLOCKED']);
    this.#saved(() => this.#state.block(activation, activation.blockedReason, options.expiresAt));
  }

  /**
   * BLOCKED becomes ACTIVE, and failures are forgotten; no error if it is already ACTIVE. Throws in other states.
   *
   * @example
   * ```ts
   * server.unblockActivation(activationId);
   * ```
   */
  unblockActivation(activationId: string): void {
    const activation = this.#find(activationId, ['BLOCKED', 'ACTIVE']);
    this.#saved(() => this.#state.unblock(activation));
  }

  /**
   * Removes an activation and its tokens; its recovery code stays. No error if it is already REMOVED.
   *
   * @example
   * ```ts
   * server.removeActivation(activationId);
   * ```
   */
  removeActivation(activationId: string): void {
    const activation = this.#find(activationId);
    this.#saved(() => this.#state.remove(activation));
  }

  /**
   * An activation as it is now, or undefined.
   *
   * @example
   * ```ts
   * server.activation(activationId)?.state; // 'ACTIVE'
   * ```
   */
  activation(activationId: string): PowerAuthTestActivation | undefined {
    const it = this.#state.activation(activationId);
    return it && activationSnapshot(it, this.#state.tokens.peek());
  }

  /**
   * Removes a token, as a bank revokes it; no error if it is unknown. The client finds out by a 401.
   *
   * @example
   * ```ts
   * for (const { tokenId } of server.tokens) server.removeToken(tokenId);
   * ```
   */
  removeToken(tokenId: string): void {
    this.#saved(() => this.#state.tokens.delete(tokenId));
  }

  /**
   * Verifies the value of a signature header for your own endpoints: moves the counter, counts failures. Without
   * `signatureTypes` it accepts every type, including possession alone, and returns which it was; a genuine server's
   * `@PowerAuth` requires two factors unless its `signatureType` says otherwise, as `/api/protected/signature` does.
   *
   * @returns undefined if it is refused
   * @example
   * ```ts
   * const signatureTypes = ['possession_knowledge', 'possession_biometry'] as const;
   * const request = { method: 'POST', uriId: '/payment', body: '{"amount":100}', signatureTypes };
   * const isGood = server.verifySignature(header.value, request) !== undefined;
   *
   * const get = { method: 'GET', uriId: '/payments', query: '?from=0&order=date' }; // the query as it came
   * const mayList = server.verifySignature(header.value, get) !== undefined;
   * ```
   */
  verifySignature(
    headerValue: string | undefined,
    request: PowerAuthTestSignedRequest,
  ): PowerAuthTestSignatureVerification | undefined {
    const { method, uriId, query, signatureTypes = ANY_FACTORS } = request;
    const body = query === undefined ? (request.body ?? '') : signedQuery(query.replace(/^\?/, ''));
    if (body === undefined) return undefined;
    const signed = { method, uriId, body: Buffer.from(body) };
    const verified = this.#saved(() => verifySignature(this.#state, headerValue, signed, signatureTypes));
    if (verified === undefined) return undefined;
    const { activation, signatureType } = verified;
    return { activationId: activation.activationId, userId: activation.userId, signatureType };
  }

  /**
   * Verifies the value of a token header for your own endpoints: a header that was accepted once is refused afterwards.
   *
   * @param signatureTypes the accepted types of tokens. Default: all, including possession alone; a genuine server's
   *   `@PowerAuthToken` requires two factors unless its `signatureType` says otherwise, as `/api/protected/token` does
   * @returns undefined if it is refused
   * @example
   * ```ts
   * const isGood = server.verifyToken(header.value, ['possession_knowledge']) !== undefined;
   * ```
   */
  verifyToken(
    headerValue: string | undefined,
    signatureTypes: readonly PowerAuthTestSignatureType[] = ANY_FACTORS,
  ): PowerAuthTestTokenVerification | undefined {
    const verified = this.#saved(() => verifyToken(this.#state, headerValue, signatureTypes));
    if (verified === undefined) return undefined;
    const { activation, tokenId, signatureType } = verified;
    return { tokenId, activationId: activation.activationId, userId: activation.userId, signatureType };
  }

  /**
   * A signed payload for a QR code.
   *
   * @example
   * ```ts
   * const { payload, nonce } = server.createOfflinePayload({ data: 'A1*A100EUR', activationId });
   * ```
   */
  createOfflinePayload(request: PowerAuthTestOfflineRequest): PowerAuthTestOfflinePayload {
    return createOfflinePayload(this.#state, request);
  }

  /**
   * Whether an offline signature is valid; moves the counter and counts failures like an online one.
   *
   * @example
   * ```ts
   * const uriId = '/operation/authorize/offline';
   * const isGood = server.verifyOfflineSignature({ activationId, uriId, nonce, data, signature });
   * ```
   */
  verifyOfflineSignature(signature: PowerAuthTestOfflineSignature): boolean {
    return this.#saved(() => verifyOfflineSignature(this.#state, signature));
  }

  /**
   * Whether this is a signature over `data` by the private key of the activation's device.
   *
   * @param signature DER in Base64; for `JOSE` r ‖ s in Base64url, as in a JWT
   * @example
   * ```ts
   * const isGood = server.verifyDeviceSignature(activationId, 'I agree', signature);
   * ```
   */
  verifyDeviceSignature(
    activationId: string,
    data: string | Uint8Array,
    signature: string,
    signatureFormat: 'DER' | 'JOSE' = 'DER',
  ): boolean {
    const { keys } = this.#find(activationId);
    const bytes = signatureFormat === 'JOSE' ? Buffer.from(signature, 'base64url') : fromBase64(signature);
    if (keys === undefined || bytes === undefined) return false;
    return ecdsaVerify(keys.devicePublicKey, Buffer.from(data), bytes, signatureFormat);
  }

  /**
   * Creates a recovery code like that of a postcard: in the state CREATED, until an activation of the same user
   * confirms it. Throws if the server has no activation recovery.
   *
   * @param options `userId` default `test-user`, `pukCount` default 1, `confirmed` (ACTIVE at once) default false
   * @example
   * ```ts
   * const { recoveryCode, puks } = server.createRecoveryCode({ userId: 'alice', confirmed: true });
   * ```
   */
  createRecoveryCode(
    options: { userId?: string; pukCount?: number; confirmed?: boolean } = {},
  ): PowerAuthTestRecoveryCode {
    inputs.checked(inputs.newRecoveryCode, options, 'options');
    const { userId = 'test-user', pukCount, confirmed = false } = options;
    const { recoveryCodes, activationRecovery } = this.#state;
    if (!activationRecovery)
      throw new Error(
        'This server has no activation recovery: activationRecovery is false, or it is like 2.2',
      );
    const code = this.#saved(() => {
      const created = recoveryCodes.create({ userId }, pukCount);
      if (confirmed) recoveryCodes.confirm(created.recoveryCode, userId);
      return created;
    });
    return recoveryCodeSnapshot(code);
  }

  /**
   * A recovery code as it is now, or undefined.
   *
   * @example
   * ```ts
   * server.recoveryCode('VVVVV-VVVVV-VVVVV-VTFVA')?.state; // 'ACTIVE'
   * ```
   */
  recoveryCode(recoveryCode: string): PowerAuthTestRecoveryCode | undefined {
    const code = this.#state.recoveryCodes.find(recoveryCode);
    return code && recoveryCodeSnapshot(code);
  }

  /**
   * Ends a recovery code and its PUKs for good. Throws if it is unknown.
   *
   * @example
   * ```ts
   * server.revokeRecoveryCode('VVVVV-VVVVV-VVVVV-VTFVA');
   * ```
   */
  revokeRecoveryCode(recoveryCode: string): void {
    const code = this.#state.recoveryCodes.find(recoveryCode);
    if (code === undefined) throw new Error(`There is no recovery code ${recoveryCode}`);
    this.#saved(() => this.#state.recoveryCodes.revoke(code));
  }

  /**
   * Forgets everything but the keys: activations, tokens, recovery codes, requests, faults and the clock's offset. So tests
   * can share a server, and clients their configuration.
   *
   * @example
   * ```ts
   * server.reset();
   * ```
   */
  reset(): void {
    this.#saved(() => this.#state.reset());
    this.requests.length = 0;
    this.faults.clear();
  }

  /**
   * Ends all connections and stops listening. Calling it again has no effect.
   *
   * @example
   * ```ts
   * await server.close();
   * ```
   */
  close(): Promise<void> {
    return this.#close();
  }

  /** Makes a change, which is in the state file when this returns. */
  #saved<T>(change: () => T): T {
    const result = change();
    this.#state.save();
    return result;
  }

  /** The activation, in one of these states if any are given. */
  #find(activationId: string, states?: readonly PowerAuthTestActivationState[]): Activation {
    const activation = this.#state.activation(activationId);
    if (activation === undefined) throw new Error(`There is no activation ${activationId}`);
    if (states?.includes(activation.state) === false)
      throw new Error(`Activation ${activationId} is ${activation.state}, expected ${states.join(' or ')}`);
    return activation;
  }
}
