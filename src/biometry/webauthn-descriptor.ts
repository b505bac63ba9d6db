/**
 * The data that finds a passkey's secret again, as JSON in UTF-8. Nothing in it is secret.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { PowerAuthErrorCode } from '../errors.ts';
import { base64url, base64urlDecode } from '../util/base64.ts';
import { utf8 } from '../util/bytes.ts';
import { check, parseJson } from '../util/validate.ts';

/** A passkey and the salt of its secret. */
export interface WebAuthnDescriptor {
  /** Relying party: a domain. */
  readonly rpId: string;
  /** Up to 1023 B. */
  readonly credentialId: Uint8Array<ArrayBuffer>;
  /** Input of the PRF extension, 32 B, random. */
  readonly salt: Uint8Array<ArrayBuffer>;
  /** How the authenticator is reached, such as `internal`. */
  readonly transports: readonly string[];
}

const bytes = (expected: string, holds: (length: number) => boolean) =>
  s.refine(
    s.map(s.string(expected), (text) => base64urlDecode(text) ?? new Uint8Array(0)),
    (decoded) => holds(decoded.length),
    expected,
  );

const descriptorSchema = s.object({
  version: s.oneOf([1]),
  rpId: s.string(),
  credentialId: bytes('Base64url of 1 to 1023 bytes', (length) => length > 0 && length <= 1023),
  salt: bytes('Base64url of 32 bytes', (length) => length === 32),
  transports: s.array(s.string()),
});

/** The descriptor as bytes. */
export function encodeWebAuthnDescriptor(descriptor: WebAuthnDescriptor): Uint8Array {
  const { rpId, credentialId, salt, transports } = descriptor;
  return utf8(
    JSON.stringify({
      version: 1,
      rpId,
      credentialId: base64url(credentialId),
      salt: base64url(salt),
      transports,
    }),
  );
}

/** @throws BIOMETRY_FAILED for bytes that aren't a descriptor */
export function decodeWebAuthnDescriptor(encoded: Uint8Array): WebAuthnDescriptor {
  return check(descriptorSchema, parseJson(encoded), 'descriptor', PowerAuthErrorCode.BIOMETRY_FAILED);
}
