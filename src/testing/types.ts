/**
 * What the test server takes, and what it shows of its state.
 *
 * @module
 */

import type { PowerAuthTestSignatureType } from './signature.ts';
import type { PowerAuthTestActivationState } from './state.ts';

/**
 * Options of {@link startPowerAuthTestServer}.
 *
 * @example
 * ```ts
 * const options: PowerAuthTestServerOptions = { activationRecovery: false, userInfo: (sub) => ({ sub, name: 'Alice' }) };
 * ```
 */
export interface PowerAuthTestServerOptions {
  /** TCP port on 127.0.0.1. Default 0: any that is free. */
  readonly port?: number;
  /**
   * Origin whose pages may call the server directly, such as `http://localhost:5173`, or `*` for all (CORS). The browser's
   * preflights are answered and stand in no list of requests. Default: none, for pages behind whose own server this one stands.
   */
  readonly allowOrigin?: string;
  /** Whether each new activation gets a recovery code and PUK, and recovery codes are taken. Default true. */
  readonly activationRecovery?: boolean;
  /** Whether the biometry factor unlocks the vault as the knowledge factor does. Default false, as on a genuine server. */
  readonly biometryUnlocksVault?: boolean;
  /**
   * How old the timestamp of a token header may be, and how far ahead of the server's clock, ms. Default: 2 hours and one
   * minute, as in PowerAuth Server 1.9 (its setting for the second says 30 minutes, but its check of replays refuses a request
   * of protocol 3.3 that is more than one minute ahead). Servers from 2.0 on: `{ back: 300_000, ahead: 300_000 }`.
   */
  readonly tokenWindow?: {
    /** ms before the server's time */
    readonly back: number;
    /** ms after the server's time */
    readonly ahead: number;
  };
  /**
   * The user behind the identity attributes of a custom activation, or undefined to refuse it. Default: the attribute
   * `username`, where it is a non-empty string; whatever else there is, such as a password, is not looked at. Objects and
   * arrays are refused before; numbers and booleans are shown as they came, where a genuine server makes strings of them.
   */
  readonly userOfAttributes?: (attributes: Readonly<Record<string, unknown>>) => string | undefined;
  /** Claims about a user, for `/pa/v3/user/info` and new activations. Default: `sub` (the user id), `jti` and `iat`. */
  readonly userInfo?: (userId: string) => Readonly<Record<string, unknown>>;
}

/**
 * Options of {@link PowerAuthTestServer.createActivation}.
 *
 * @example
 * ```ts
 * const options: PowerAuthTestActivationOptions = { userId: 'alice', otp: '123456' };
 * ```
 */
export interface PowerAuthTestActivationOptions {
  /** Default `test-user`. */
  readonly userId?: string;
  /** One-time password that the client must send; the activation is then ACTIVE at once. */
  readonly otp?: string;
  /** Failures in a row that block. Default 5. */
  readonly maxFailCount?: number;
  /** Time in which the code must be used and the activation be ACTIVE, ms; afterwards it is REMOVED. Default 5 minutes. */
  readonly validity?: number;
}

/**
 * An access token, without its secret.
 *
 * @example
 * ```ts
 * const signatureTypes = server.tokens.map((token: PowerAuthTestToken) => token.signatureType);
 * ```
 */
export interface PowerAuthTestToken {
  /** Identifier, a UUID. */
  readonly tokenId: string;
  /** The activation that it belongs to. */
  readonly activationId: string;
  /** For example `possession_knowledge`. */
  readonly signatureType: PowerAuthTestSignatureType;
}

/**
 * An activation as it is now.
 *
 * @example
 * ```ts
 * const activation: PowerAuthTestActivation | undefined = server.activation(activationId);
 * ```
 */
export interface PowerAuthTestActivation {
  /** Identifier, a UUID. */
  readonly activationId: string;
  /** Whose it is. */
  readonly userId: string;
  /** State now. */
  readonly state: PowerAuthTestActivationState;
  /** Failed authentications in a row. */
  readonly failCount: number;
  /** Failed authentications in a row that block it. */
  readonly maxFailCount: number;
  /** Steps of the signature counter since the activation. */
  readonly counter: number;
  /** What the client called it; undefined before the key exchange. */
  readonly activationName: string | undefined;
  /** Text that the client sent along. */
  readonly extras: string | undefined;
  /** 8 digits, the same as the client's; undefined before the key exchange. */
  readonly activationFingerprint: string | undefined;
  /** Its access tokens. */
  readonly tokens: readonly PowerAuthTestToken[];
}

/**
 * What stands behind an accepted token header.
 *
 * @example
 * ```ts
 * const verified: PowerAuthTestTokenVerification | undefined = server.verifyToken(header.value);
 * ```
 */
export interface PowerAuthTestTokenVerification extends PowerAuthTestToken {
  /** Whose activation it is. */
  readonly userId: string;
}

/**
 * What a signature of {@link PowerAuthTestServer.verifySignature} is held against.
 *
 * @example
 * ```ts
 * const request: PowerAuthTestSignedRequest = { method: 'POST', uriId: '/payment', body: '{"amount":100}' };
 * ```
 */
export interface PowerAuthTestSignedRequest {
  /** HTTP method. */
  readonly method: string;
  /** Identifier of the resource, which client and server agree on. */
  readonly uriId: string;
  /** What was sent. Default: nothing. */
  readonly body?: string | Uint8Array;
  /**
   * The query of a GET request as it came, with or without its `?`. It takes the place of `body`, and is brought into the
   * form that was signed as the real server's filter does it. A query at which that filter throws is refused.
   */
  readonly query?: string | undefined;
  /** Types of signatures that are taken. Default: all, possession alone among them. */
  readonly signatureTypes?: readonly PowerAuthTestSignatureType[];
}

/**
 * Whose signature a header has.
 *
 * @example
 * ```ts
 * const verified: PowerAuthTestSignatureVerification | undefined = server.verifySignature(header.value, {
 *   method: 'POST',
 *   uriId: '/payment',
 * });
 * ```
 */
export interface PowerAuthTestSignatureVerification {
  /** The activation that signed. */
  readonly activationId: string;
  /** Whose activation it is. */
  readonly userId: string;
  /** For example `possession_knowledge`. */
  readonly signatureType: PowerAuthTestSignatureType;
}
