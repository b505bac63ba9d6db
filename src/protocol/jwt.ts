/**
 * JSON Web Tokens: HS256 from the client and ES256 from the server for the key store, ES256 by the device for the app.
 *
 * @module
 */

import { hmacSha256, sign, verify } from '#crypto';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { base64url, base64urlDecode } from '../util/base64.ts';
import { utf8 } from '../util/bytes.ts';
import { parseJson } from '../util/validate.ts';
import type { KeyPair, Point } from './keys.ts';

const encodeJson = (value: unknown): string => base64url(utf8(JSON.stringify(value)));

/** A JWT with these claims, under HMAC-SHA-256. */
export function signHs256(claims: Readonly<Record<string, string>>, key: Uint8Array): string {
  const signed = `${encodeJson({ alg: 'HS256', typ: 'JWT' })}.${encodeJson(claims)}`;
  return `${signed}.${base64url(hmacSha256(key, utf8(signed)))}`;
}

/** A JWT with these claims under ES256: the signature is r ‖ s, 64 B (RFC 7518, section 3.4). */
export async function signEs256(claims: Readonly<Record<string, unknown>>, pair: KeyPair): Promise<string> {
  // In the order of the native SDKs.
  const signed = `${encodeJson({ alg: 'ES256', typ: 'JWT' })}.${encodeJson(claims)}`;
  return `${signed}.${base64url(await sign(pair, utf8(signed)))}`;
}

/**
 * The claims of a JWT that this key signed with ES256; no other algorithm is accepted.
 *
 * @throws ENCRYPTION_ERROR
 */
export async function verifyEs256(jwt: string, publicKey: Point): Promise<unknown> {
  const refuse = (expected: string) =>
    failure(PowerAuthErrorCode.ENCRYPTION_ERROR, `temporary key: expected ${expected}, got another one`);
  const [header = '', claims = '', signature = '', ...rest] = jwt.split('.');
  if (rest.length > 0 || (parsePart(header) as { alg?: unknown } | undefined)?.alg !== 'ES256') {
    throw refuse('a JWT signed with ES256');
  }
  const bytes = base64urlDecode(signature);
  // The text is hashed as received, before anything in it is trusted.
  if (bytes?.length !== 64 || !(await verify(publicKey, utf8(`${header}.${claims}`), bytes))) {
    throw refuse('a JWT signed by the server');
  }
  return parsePart(claims);
}

function parsePart(part: string): unknown {
  const bytes = base64urlDecode(part);
  return bytes && parseJson(bytes);
}
