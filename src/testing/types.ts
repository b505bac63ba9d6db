/**
 * The test server's options, and the state that it shows.
 *
 * @module
 */

import type { PowerAuthTestBackEnd } from './back-end/callers.ts';
import type { PowerAuthTestKeys } from './keys.ts';
import type { PowerAuthTestServerLike } from './like.ts';
import type { PowerAuthTestOidcProvider } from './oidc.ts';
import type { PowerAuthTestRoute } from './own-routes.ts';
import type { PowerAuthTestSignatureType } from './signature.ts';
import type { PowerAuthTestActivationState } from './model.ts';

/**
 * Options of {@link startPowerAuthTestServer}.
 *
 * @example
 * ```ts
 * const options: PowerAuthTestServerOptions = { activationRecovery: false, userInfo: (sub) => ({ sub, name: 'Alice' }) };
 * ```
 */
export interface PowerAuthTestServerOptions {
  /**
   * The release whose behaviour it has, as far as a client of protocol 3.3 sees it. Default `1.9`. Servers like `2.2` have
   * no activation recovery (no code with an activation, 404 for its confirmation), a shorter time window for tokens and a
   * longer one for encrypted requests, another message for a refused signature, and a status with flags and an upgrade to
   * protocol 4.
   */
  readonly like?: PowerAuthTestServerLike;
  /**
   * The oldest protocol that the server speaks, 3 or 4. Default 3. With 4, requests of protocol 3 are refused with
   * ERR0047.
   */
  readonly minSupportedProtocolVersion?: 3 | 4;
  /** Whether possession alone removes an activation (`activation.remove.allow1fa` of servers from 2.0 on). Default false. */
  readonly removesByPossession?: boolean;
  /** The providers of OpenID Connect at which users may log in to activate. Default none. */
  readonly oauth2Providers?: readonly PowerAuthTestOidcProvider[];
  /**
   * Keys of the application. Default: new ones, or those of `state`. Fixed ones let tests have one configuration for
   * clients, whenever the server is started.
   */
  readonly keys?: PowerAuthTestKeys;
  /**
   * Path of a file in which the server keeps its keys, activations, tokens and clock (mode 0600), to go on with them when
   * it is started again. What an answer depends on is in the file before the answer is sent, so that nothing is lost if
   * the process is killed. One server at a time uses a file. Default: nothing is kept.
   */
  readonly state?: string;
  /** Routes of your own, behind the checks of PowerAuth. Default none. */
  readonly routes?: readonly PowerAuthTestRoute[];
  /** The address to listen at, or a name of it. Default `127.0.0.1`, which only this machine reaches. */
  readonly host?: string;
  /** TCP port. Default 0: any that is free. */
  readonly port?: number;
  /** Certificate and private key as PEM, for https://. The host should be a name that is in the certificate. Default: http:// */
  readonly tls?: {
    /** The certificate, followed by those above it. */
    readonly cert: string;
    /** Its private key. */
    readonly key: string;
  };
  /**
   * Origin whose pages may call the server directly, such as `http://localhost:5173`, or `*` for all (CORS). The
   * browser's preflights are answered, but not listed among the requests. Default: none, for pages whose own server
   * forwards requests to this one.
   */
  readonly allowOrigin?: string;
  /**
   * Who may call the methods of a genuine server for back-ends, `/rest/v3/…`. Default: true, every program on this machine.
   */
  readonly backEnd?: PowerAuthTestBackEnd;
  /** Whether each new activation gets a recovery code and PUK, and recovery codes are accepted. Default true; never `like: '2.2'`. */
  readonly activationRecovery?: boolean;
  /** Whether the biometry factor unlocks the vault as the knowledge factor does. Default false, as on a genuine server. */
  readonly biometryUnlocksVault?: boolean;
  /**
   * How old the timestamp of a token header may be, and how far ahead of the server's clock, ms. Default: 2 hours and one
   * minute, as in PowerAuth Server 1.9 (its setting for the second says 30 minutes, but its check of replays refuses a request
   * of protocol 3.3 that is more than one minute ahead). Like 2.2: `{ back: 300_000, ahead: 300_000 }`.
   */
  readonly tokenWindow?: {
    /** ms before the server's time */
    readonly back: number;
    /** ms after the server's time */
    readonly ahead: number;
  };
  /**
   * The user behind the identity attributes of a custom activation, or undefined to refuse it. Default: the attribute
   * `username`, if it is a non-empty string; all other attributes, such as a password, are ignored. Objects and arrays
   * have been refused before this; numbers and booleans are passed as received, while a genuine server converts them to
   * strings.
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
  /** Its code, without a signature: `AAAAA-BBBBB-CCCCC-DDDDD`, of which the last three characters are a checksum. Default: a new one. */
  readonly activationCode?: string;
  /** One-time password that the client must send; the activation is then ACTIVE at once. */
  readonly otp?: string;
  /** How many failures in a row block the activation. Default 5. */
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
  /** The user that it belongs to. */
  readonly userId: string;
  /** Its code without the signature; undefined if it was not created with one. */
  readonly activationCode: string | undefined;
  /** State now. */
  readonly state: PowerAuthTestActivationState;
  /** Failed authentications in a row. */
  readonly failCount: number;
  /** How many failed authentications in a row block it. */
  readonly maxFailCount: number;
  /** Steps of the signature counter since the activation. */
  readonly counter: number;
  /** The name that the client gave it; undefined before the key exchange. */
  readonly activationName: string | undefined;
  /** Text that the client sent along. */
  readonly extras: string | undefined;
  /** 8 digits, the same as the client's; undefined before the key exchange. */
  readonly activationFingerprint: string | undefined;
  /** Its access tokens. */
  readonly tokens: readonly PowerAuthTestToken[];
}

/**
 * The token, activation and user behind an accepted token header.
 *
 * @example
 * ```ts
 * const verified: PowerAuthTestTokenVerification | undefined = server.verifyToken(header.value);
 * ```
 */
export interface PowerAuthTestTokenVerification extends PowerAuthTestToken {
  /** The user of the activation. */
  readonly userId: string;
}

/**
 * The request that {@link PowerAuthTestServer.verifySignature} checks a signature against.
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
  /** The body that was sent. Default: nothing. */
  readonly body?: string | Uint8Array;
  /**
   * The query of a GET request as received, with or without its `?`. It replaces `body`, and is brought into the signed
   * form in the way the real server's filter does. A query that makes that filter throw is refused.
   */
  readonly query?: string | undefined;
  /** The accepted types of signatures. Default: all, including possession alone. */
  readonly signatureTypes?: readonly PowerAuthTestSignatureType[];
}

/**
 * The signer of a header.
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
  /** The user of the activation. */
  readonly userId: string;
  /** For example `possession_knowledge`. */
  readonly signatureType: PowerAuthTestSignatureType;
}
