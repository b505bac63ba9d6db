/**
 * What a server remembers, and the rules that it follows.
 *
 * @module
 */

import type { Application, ApplicationVersion } from './applications.ts';
import { sha256, type KeyPair } from './crypto.ts';
import type { PowerAuthTestBackEnd } from './back-end/callers.ts';
import type { Release, TimeWindow } from './like.ts';
import type { PowerAuthTestOidcProvider } from './oidc.ts';
import type { Factor, PowerAuthTestSignatureType } from './signature.ts';

/**
 * State of an activation, as the client's PowerAuthActivationState names it.
 *
 * @example
 * ```ts
 * const state: PowerAuthTestActivationState | undefined = server.activation(activationId)?.state;
 * ```
 */
export type PowerAuthTestActivationState = 'CREATED' | 'PENDING_COMMIT' | 'ACTIVE' | 'BLOCKED' | 'REMOVED';

/** When an activation is committed: at the key exchange, or later by the bank. */
export type CommitPhase = 'ON_KEY_EXCHANGE' | 'ON_COMMIT';

/** An access token. */
export interface Token {
  readonly tokenId: string;
  readonly activationId: string;
  readonly signatureType: PowerAuthTestSignatureType;
  readonly secret: Buffer;
}

/** The secrets of an activation, from the key exchange on. */
export interface ActivationKeys extends Readonly<Record<Factor, Buffer>> {
  readonly transport: Buffer;
  readonly vault: Buffer;
  readonly devicePublicKey: Buffer;
}

/** An activation. */
export interface Activation {
  readonly activationId: string;
  readonly userId: string;
  readonly application: Application;
  /** Undefined if it was not created by code. */
  readonly code: string | undefined;
  otp: string | undefined;
  /** When the one-time password is checked, for those who set that apart from `commitPhase`; NONE otherwise. */
  otpValidation: 'NONE' | CommitPhase;
  /** When it becomes ACTIVE, and its one-time password is checked. */
  readonly commitPhase: CommitPhase;
  readonly maxFailCount: number;
  /** The time by which it must be ACTIVE, in ms. */
  readonly expiresAt: number;
  readonly serverKeys: KeyPair;
  /** Server time of its creation, ms. */
  readonly createdAt: number;
  /** Server time of the last signature, good or bad, ms. */
  lastUsedAt: number;
  /** Server time of the last change of its state or name, ms. */
  changedAt: number | undefined;
  /** Changed by {@link ServerState.enter} only. */
  state: PowerAuthTestActivationState;
  failCount: number;
  /** Undefined if it isn't blocked. */
  blockedReason: string | undefined;
  /** The time at which a temporary block ends, in ms. */
  blockExpiresAt: number | undefined;
  ctrData: Buffer;
  /** Steps of the counter since the activation. */
  counter: number;
  keys: ActivationKeys | undefined;
  name: string | undefined;
  extras: string | undefined;
  platform: string | undefined;
  deviceInfo: string | undefined;
}

/** The device's own data in the key exchange. */
export interface Device {
  /** 65 B. */
  readonly publicKey: Buffer;
  readonly name: string | undefined;
  readonly extras: string | undefined;
  readonly platform: string | undefined;
  readonly deviceInfo: string | undefined;
  readonly otp: string | undefined;
}

/** The decisions of an application's own server, and the configuration of its PowerAuth server. */
export interface ApplicationRules {
  /** Whether there is activation recovery: new activations get a recovery code, and codes are accepted. */
  readonly activationRecovery: boolean;
  /** How old a token header's timestamp may be, and how far ahead, ms. */
  readonly tokenWindow: TimeWindow;
  /** The release that the server behaves like. */
  readonly release: Release;
  /** The oldest protocol that it speaks. */
  readonly minSupportedProtocolVersion: number;
  /** Whether possession alone removes an activation. */
  readonly removesByPossession: boolean;
  /** Providers of OpenID Connect. */
  readonly oauth2Providers: readonly PowerAuthTestOidcProvider[];
  /** Who may call the methods for back-ends. */
  readonly backEnd: PowerAuthTestBackEnd;
  /** Whether the biometry factor unlocks the vault. */
  readonly biometryUnlocksVault: boolean;
  /** The user behind the attributes of a custom activation; undefined refuses it. */
  readonly userOfAttributes: (attributes: Readonly<Record<string, unknown>>) => string | undefined;
  /** Claims about a user. */
  readonly userInfo: (userId: string) => Readonly<Record<string, unknown>>;
}

/** A temporary encryption key. */
export interface TemporaryKey {
  readonly privateKey: Buffer;
  readonly version: ApplicationVersion;
  /** Undefined for application scope. */
  readonly activationId: string | undefined;
  readonly expiresAt: number;
}

/**
 * The value that user and bank compare: 8 digits of a hash over both public keys; undefined before the key exchange.
 */
export function fingerprint({ keys, activationId, serverKeys }: Activation): string | undefined {
  if (keys === undefined) return undefined;
  // Numbers in Java: no leading zero bytes.
  const x = (point: Buffer) =>
    Buffer.from(
      point
        .subarray(1, 33)
        .toString('hex')
        .replace(/^(00)+/, ''),
      'hex',
    );
  const hash = sha256(
    Buffer.concat([x(keys.devicePublicKey), Buffer.from(activationId), x(serverKeys.publicKey)]),
  );
  return String((hash.readUInt32BE(28) & 0x7fffffff) % 1e8).padStart(8, '0');
}
