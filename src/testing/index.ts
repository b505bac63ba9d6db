/**
 * A PowerAuth server in your own process, for tests: real HTTP, real verification, protocol 3.3, nothing on disk.
 *
 * It verifies what the real server verifies: signatures with a counter look-ahead of 20, factors and fail counts, blocking,
 * token age and nonces, temporary keys and their expiry. It shares no code with the client that it tests.
 *
 * @module
 */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { PowerAuthTestFaults } from './faults.ts';
import { createHttpServer, type PowerAuthTestRequest } from './http.ts';
import {
  createOfflinePayload,
  verifyOfflineSignature,
  type PowerAuthTestOfflinePayload,
  type PowerAuthTestOfflineRequest,
  type PowerAuthTestOfflineSignature,
} from './offline.ts';
import { ServerState, type Activation, type PowerAuthTestActivationState, type Token } from './state.ts';
import { verifyToken } from './verify.ts';

export { PowerAuthTestFaults, type PowerAuthTestFault } from './faults.ts';
export type { PowerAuthTestRequest } from './http.ts';
export type {
  PowerAuthTestOfflinePayload,
  PowerAuthTestOfflineRequest,
  PowerAuthTestOfflineSignature,
} from './offline.ts';
export type { PowerAuthTestActivationState } from './state.ts';

/** Options of {@link startPowerAuthTestServer}. */
export interface PowerAuthTestServerOptions {
  /** TCP port on 127.0.0.1. Default 0: any that is free. */
  readonly port?: number;
}

/** Options of {@link PowerAuthTestServer.createActivation}. */
export interface PowerAuthTestActivationOptions {
  /** Default `test-user`. */
  readonly userId?: string;
  /** One-time password that the client must send; the activation is then ACTIVE at once. */
  readonly otp?: string;
  /** Failures in a row that block. Default 5. */
  readonly maxFailCount?: number;
}

/** An access token, without its secret. */
export interface PowerAuthTestToken {
  readonly tokenId: string;
  readonly activationId: string;
  /** For example `possession_knowledge`. */
  readonly signatureType: string;
}

/** An activation as it is now. */
export interface PowerAuthTestActivation {
  readonly activationId: string;
  readonly userId: string;
  readonly state: PowerAuthTestActivationState;
  readonly failCount: number;
  readonly maxFailCount: number;
  /** Steps of the signature counter since the activation. */
  readonly counter: number;
  /** What the client called it; undefined before the key exchange. */
  readonly activationName: string | undefined;
  readonly extras: string | undefined;
  readonly tokens: readonly PowerAuthTestToken[];
}

/** What stands behind an accepted token header. */
export interface PowerAuthTestTokenVerification extends PowerAuthTestToken {
  readonly userId: string;
}

const describeToken = ({ tokenId, activationId, signatureType }: Token): PowerAuthTestToken => ({
  tokenId,
  activationId,
  signatureType,
});

/** A running server; {@link startPowerAuthTestServer} starts one. */
export class PowerAuthTestServer {
  readonly #state: ServerState;
  readonly #close: () => Promise<void>;
  /** Base URL, for example `http://127.0.0.1:34567`. */
  readonly baseUrl: string;
  /** For `PowerAuth.configure`, with `enableUnsecureTraffic`. */
  readonly configuration: {
    readonly applicationKey: string;
    readonly applicationSecret: string;
    readonly masterServerPublicKey: string;
    readonly baseEndpointUrl: string;
  };
  /** The requests that arrived, in order. */
  readonly requests: PowerAuthTestRequest[];
  /** Faults to order. */
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
    this.configuration = Object.freeze({
      applicationKey: state.applicationKey,
      applicationSecret: state.applicationSecret,
      masterServerPublicKey: state.masterKeys.publicKey.toString('base64'),
      baseEndpointUrl: baseUrl,
    });
  }

  /** Added to the machine's clock, ms; may be set at any time. */
  get clockOffset(): number {
    return this.#state.clockOffset;
  }

  set clockOffset(ms: number) {
    this.#state.clockOffset = ms;
  }

  /** All tokens that exist now. */
  get tokens(): readonly PowerAuthTestToken[] {
    return [...this.#state.tokens.values()].map(describeToken);
  }

  /**
   * Starts an activation.
   *
   * @returns its id, and its code with the master key's signature, `AAAAA-BBBBB-CCCCC-DDDDD#…`, as a QR code has it
   */
  createActivation(options: PowerAuthTestActivationOptions = {}): {
    activationId: string;
    activationCode: string;
  } {
    const activation = this.#state.createActivation(options);
    return { activationId: activation.activationId, activationCode: this.#state.signedCode(activation) };
  }

  /** PENDING_COMMIT becomes ACTIVE; no error when it is ACTIVE already. Throws in other states. */
  commitActivation(activationId: string): void {
    this.#change(activationId, ['PENDING_COMMIT', 'ACTIVE'], 'ACTIVE');
  }

  /** ACTIVE becomes BLOCKED; no error when it is BLOCKED already. Throws in other states. */
  blockActivation(activationId: string): void {
    this.#change(activationId, ['ACTIVE', 'BLOCKED'], 'BLOCKED');
  }

  /** BLOCKED becomes ACTIVE, and failures are forgotten; no error when it is ACTIVE already. Throws in other states. */
  unblockActivation(activationId: string): void {
    this.#change(activationId, ['BLOCKED', 'ACTIVE'], 'ACTIVE').failCount = 0;
  }

  /** Removes an activation and its tokens; no error when it is REMOVED already. */
  removeActivation(activationId: string): void {
    this.#state.remove(this.#find(activationId));
  }

  /** An activation as it is now, or undefined. */
  activation(activationId: string): PowerAuthTestActivation | undefined {
    const it = this.#state.activations.get(activationId);
    if (it === undefined) return undefined;
    const { userId, state, failCount, maxFailCount, counter, name, extras } = it;
    const tokens = this.tokens.filter((token) => token.activationId === activationId);
    return {
      activationId,
      userId,
      state,
      failCount,
      maxFailCount,
      counter,
      activationName: name,
      extras,
      tokens,
    };
  }

  /**
   * Verifies the value of a token header as the protected endpoint does: what is accepted once is refused afterwards.
   *
   * @returns undefined when it is refused
   */
  verifyToken(headerValue: string): PowerAuthTestTokenVerification | undefined {
    const verified = verifyToken(this.#state, headerValue);
    if (verified === undefined) return undefined;
    const { activation, tokenId, signatureType } = verified;
    return { tokenId, activationId: activation.activationId, userId: activation.userId, signatureType };
  }

  /** A signed payload for a QR code. */
  createOfflinePayload(request: PowerAuthTestOfflineRequest): PowerAuthTestOfflinePayload {
    return createOfflinePayload(this.#state, request);
  }

  /** Whether an offline signature is good; moves the counter and counts failures like an online one. */
  verifyOfflineSignature(signature: PowerAuthTestOfflineSignature): boolean {
    return verifyOfflineSignature(this.#state, signature);
  }

  /** Ends all connections and stops listening; twice is fine. */
  close(): Promise<void> {
    return this.#close();
  }

  #find(activationId: string): Activation {
    const activation = this.#state.activations.get(activationId);
    if (activation === undefined) throw new Error(`There is no activation ${activationId}`);
    return activation;
  }

  #change(
    activationId: string,
    from: readonly PowerAuthTestActivationState[],
    to: PowerAuthTestActivationState,
  ): Activation {
    const activation = this.#find(activationId);
    if (!from.includes(activation.state)) {
      throw new Error(`Activation ${activationId} is ${activation.state}, expected ${from.join(' or ')}`);
    }
    activation.state = to;
    return activation;
  }
}

/**
 * Starts a server with an application of its own; it takes a few milliseconds.
 *
 * Besides the PowerAuth endpoints it serves `GET` and `POST /api/protected/token` (200 for a good token header, else 401)
 * and `/api/protected/signature` (any method, the same for signatures with that path as uriId).
 *
 * @example
 * ```ts
 * const server = await startPowerAuthTestServer();
 * const { activationId, activationCode } = server.createActivation();
 * await powerAuth.configure(server.configuration, { enableUnsecureTraffic: true });
 * await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'Test'));
 * await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('1234'));
 * server.commitActivation(activationId);
 * // …
 * await server.close();
 * ```
 */
export async function startPowerAuthTestServer({
  port = 0,
}: PowerAuthTestServerOptions = {}): Promise<PowerAuthTestServer> {
  const state = new ServerState();
  const requests: PowerAuthTestRequest[] = [];
  const faults = new PowerAuthTestFaults();
  const http = createHttpServer(state, faults, requests);
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');

  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= new Promise((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
    return closed;
  };
  const { port: actual } = http.address() as AddressInfo;
  return new PowerAuthTestServer(state, `http://127.0.0.1:${actual}`, requests, faults, close);
}
