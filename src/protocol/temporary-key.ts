/**
 * Temporary encryption keys of the server (protocol 3.3, "Temporary keys").
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { base64Decode } from '../util/base64.ts';
import { wipe } from '../util/bytes.ts';
import { check } from '../util/validate.ts';
import { signHs256, verifyEs256 } from './jwt.ts';
import { kdfInternal } from './kdf.ts';
import { importPublicKey, type Point } from './keys.ts';

/** A key is renewed after a day at most, in ms, even if the server gives it a longer life. */
const LONGEST_LIFE = 24 * 3_600_000;

/** A temporary key of the server. */
export interface TemporaryKey {
  readonly id: string;
  readonly publicKey: Point;
  /** Server time, ms. */
  readonly issuedAt: number;
  /** Server time, ms. */
  readonly expiresAt: number;
}

/** The claims of a request and the keys that sign them. */
export interface TemporaryKeyRequest {
  readonly applicationKey: string;
  /** Base64. */
  readonly applicationSecret: string;
  /** Base64 of 18 random bytes. */
  readonly challenge: string;
  /** For activation scope. The caller must wipe `transportKey` (16 B). */
  readonly activation?: { readonly activationId: string; readonly transportKey: Uint8Array };
}

/** The JWT that requests a temporary key. */
export function temporaryKeyRequest(request: TemporaryKeyRequest): string {
  const { applicationKey, applicationSecret, challenge, activation } = request;
  const secret = base64Decode(applicationSecret) ?? new Uint8Array();
  const key = activation === undefined ? secret : kdfInternal(activation.transportKey, secret);
  try {
    return signHs256(
      { applicationKey, challenge, ...(activation && { activationId: activation.activationId }) },
      key,
    );
  } finally {
    wipe(secret, key);
  }
}

const time = s.refine(s.number(), (ms) => Number.isSafeInteger(ms) && ms >= 0, 'ms since 1970');
const claimsSchema = s.object({
  sub: s.text(/^[A-Za-z0-9._~-]{1,64}$/, 'a key id of 1 to 64 safe characters'),
  applicationKey: s.string(),
  activationId: s.nullish(s.string()),
  challenge: s.string(),
  publicKey: s.string(),
  iat_ms: time,
  exp_ms: time,
});

/**
 * Reads the temporary key from the server's JWT.
 *
 * @param expected what was requested, and the key that must have signed: the master server key in application scope,
 *   the activation's server key in activation scope
 * @throws ENCRYPTION_ERROR if signature, algorithm or an echo is wrong, or the key has expired
 */
export async function temporaryKeyFromResponse(
  jwt: string,
  expected: {
    readonly applicationKey: string;
    readonly challenge: string;
    readonly activationId?: string;
    readonly publicKey: Point;
  },
): Promise<TemporaryKey> {
  const claims = check(
    claimsSchema,
    await verifyEs256(jwt, expected.publicKey),
    'temporary key',
    PowerAuthErrorCode.ENCRYPTION_ERROR,
  );
  const echoed =
    claims.applicationKey === expected.applicationKey &&
    claims.challenge === expected.challenge &&
    (claims.activationId ?? undefined) === expected.activationId;
  if (!echoed) {
    throw failure(
      PowerAuthErrorCode.ENCRYPTION_ERROR,
      'temporary key: expected an answer to this request, got one to another',
    );
  }
  // Uses the time that the answer itself states: a wrong local clock is no reason to refuse or accept a key.
  const { iat_ms: issuedAt, exp_ms: expiresAt } = claims;
  if (expiresAt <= issuedAt) {
    throw failure(
      PowerAuthErrorCode.ENCRYPTION_ERROR,
      `temporary key: expected one that expires after it was issued, got one that expired ${issuedAt - expiresAt} ms before`,
    );
  }
  return {
    id: claims.sub,
    publicKey: importPublicKey(base64Decode(claims.publicKey) ?? new Uint8Array()),
    issuedAt,
    expiresAt: Math.min(expiresAt, issuedAt + LONGEST_LIFE),
  };
}
