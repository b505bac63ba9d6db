/**
 * Request signatures, online and offline (protocol 3.3, "Request signature").
 *
 * @module
 */

import { hmacSha256 } from '#crypto';
import { base64 } from '../util/base64.ts';
import { concat, utf8, wipe } from '../util/bytes.ts';

/** Name of the header that carries a signature. */
export const AUTHORIZATION_HEADER = 'X-PowerAuth-Authorization';

/** A factor of authentication. */
export type SignatureFactor = 'possession' | 'knowledge' | 'biometry';

/** The input of a signature. */
export interface SignatureInput {
  /** HTTP method in capitals. */
  readonly method: string;
  readonly uriId: string;
  /** 16 B, random. */
  readonly nonce: Uint8Array;
  readonly body: Uint8Array;
  /** APPLICATION_SECRET in Base64, or the word `offline`. */
  readonly applicationSecret: string;
}

/** Signature type of a combination of factors, for example `possession_knowledge`. */
export function signatureType(factors: readonly SignatureFactor[]): string {
  return factors.join('_');
}

/** The data under a signature: `METHOD & b64(uriId) & nonce & b64(body) & APP_SECRET`. */
export function signatureData(input: SignatureInput): Uint8Array<ArrayBuffer> {
  const { method, uriId, nonce, body, applicationSecret } = input;
  return utf8([method, base64(utf8(uriId)), base64(nonce), base64(body), applicationSecret].join('&'));
}

/** One component per factor key, 32 B each. */
function components(factorKeys: readonly Uint8Array[], ctrData: Uint8Array, data: Uint8Array): Uint8Array[] {
  const derived = factorKeys.map((key) => hmacSha256(key, ctrData));
  const result = derived.map((key, i) => {
    // Each further factor is bound to those before it.
    let d = key;
    for (let j = 1; j <= i; j++) {
      const bound = hmacSha256(derived[j] ?? key, d);
      // The keys themselves are used again.
      if (d !== key) wipe(d);
      d = bound;
    }
    const component = hmacSha256(d, data);
    if (d !== key) wipe(d);
    return component;
  });
  wipe(...derived);
  return result;
}

/**
 * The online signature: Base64 of the last 16 B of each component.
 *
 * @param factorKeys 16 B each, in the order possession, knowledge, biometry
 * @param ctrData 16 B, used only for this signature
 */
export function computeSignature(
  factorKeys: readonly Uint8Array[],
  ctrData: Uint8Array,
  data: Uint8Array,
): string {
  return base64(concat(...components(factorKeys, ctrData, data).map((component) => component.slice(16))));
}

/**
 * The offline signature: one decimal number per component, joined by `-`.
 *
 * @param digits number of digits of each number, 4 to 8
 */
export function computeOfflineSignature(
  factorKeys: readonly Uint8Array[],
  ctrData: Uint8Array,
  data: Uint8Array,
  digits = 8,
): string {
  return components(factorKeys, ctrData, data)
    .map((component) => decimalize(component, digits))
    .join('-');
}

/** The last 4 B as a positive number, in its last `digits` decimal digits. */
export function decimalize(bytes: Uint8Array, digits: number): string {
  const last = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0) & 0x7fffffff;
  return String(last % 10 ** digits).padStart(digits, '0');
}

/** Value of the signature header. All parts are Base64 or checked identifiers: none can break out of its quotes. */
export function authorizationHeader(parts: {
  readonly activationId: string;
  readonly applicationKey: string;
  /** Base64. */
  readonly nonce: string;
  readonly factors: readonly SignatureFactor[];
  readonly signature: string;
}): string {
  return (
    `PowerAuth pa_version="3.3", pa_activation_id="${parts.activationId}", ` +
    `pa_application_key="${parts.applicationKey}", pa_nonce="${parts.nonce}", ` +
    `pa_signature_type="${signatureType(parts.factors)}", pa_signature="${parts.signature}"`
  );
}
