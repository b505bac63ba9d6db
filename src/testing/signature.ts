/**
 * Request signatures, as the server sees them.
 *
 * @module
 */

import { equal, fromBase64, halve, hmac, sha256 } from './crypto.ts';

/** How many counter values are tried, including the current one. */
export const LOOK_AHEAD = 20;

/** A factor of authentication. */
export type Factor = 'possession' | 'knowledge' | 'biometry';

/** Fields of a PowerAuth header, or undefined if it isn't one. */
export function parseHeader(value: string | undefined): Record<string, string> | undefined {
  if (value?.startsWith('PowerAuth ') !== true) return undefined;
  const fields: Record<string, string> = {};
  for (const part of value.slice('PowerAuth '.length).split(',')) {
    const match = /^\s*([a-z_]+)="([^"]*)"\s*$/.exec(part);
    if (match?.[1] === undefined || match[2] === undefined || match[1] in fields) return undefined;
    fields[match[1]] = match[2];
  }
  return fields;
}

const FACTORS = {
  possession: ['possession'],
  possession_knowledge: ['possession', 'knowledge'],
  possession_biometry: ['possession', 'biometry'],
  possession_knowledge_biometry: ['possession', 'knowledge', 'biometry'],
} as const satisfies Record<PowerAuthTestSignatureType, readonly Factor[]>;

/**
 * Factors of a signature or a token, in the protocol's words.
 *
 * @example
 * ```ts
 * const lax: readonly PowerAuthTestSignatureType[] = ['possession', 'possession_knowledge'];
 * ```
 */
export type PowerAuthTestSignatureType =
  'possession' | 'possession_knowledge' | 'possession_biometry' | 'possession_knowledge_biometry';

/** Every type. */
export const ANY_FACTORS = Object.keys(FACTORS) as readonly PowerAuthTestSignatureType[];
/** Two factors and more: what the genuine annotations and PowerAuthAuthenticationProviderBase accept by default. */
export const TWO_FACTORS: readonly PowerAuthTestSignatureType[] = [
  'possession_biometry',
  'possession_knowledge',
  'possession_knowledge_biometry',
];

export function isSignatureType(text: string | undefined): text is PowerAuthTestSignatureType {
  return Object.hasOwn(FACTORS, text ?? '');
}

/** The factors of a type, in the order of the signature's components. */
export function factorsOf(type: PowerAuthTestSignatureType): readonly Factor[] {
  return FACTORS[type];
}

/** The fields of an `X-PowerAuth-Authorization` header. */
export interface SignatureHeader {
  readonly activationId: string;
  readonly applicationKey: string;
  readonly nonce: string;
  readonly signatureType: PowerAuthTestSignatureType;
  readonly signature: string;
}

/** Undefined for an invalid header of protocol 3.3, which costs no attempt. */
export function parseSignatureHeader(value: string | undefined): SignatureHeader | undefined {
  const fields = parseHeader(value);
  if (fields?.['pa_version'] !== '3.3') return undefined;
  const { pa_activation_id: activationId, pa_application_key: applicationKey = '' } = fields;
  const { pa_nonce: nonce = '', pa_signature_type: signatureType, pa_signature: signature = '' } = fields;
  if (activationId === undefined || !isSignatureType(signatureType)) return undefined;
  if (fromBase64(nonce, 16) === undefined || fromBase64(applicationKey, 16) === undefined) return undefined;
  if (![16, 32, 48].includes(fromBase64(signature)?.length ?? 0)) return undefined;
  return { activationId, applicationKey, nonce, signatureType, signature };
}

/** The data that is signed. */
export interface SignedData {
  readonly method: string;
  readonly uriId: string;
  /** Base64 of 16 B. */
  readonly nonce: string;
  readonly body: Buffer;
  readonly secret: string;
}

const signedText = ({ method, uriId, nonce, body, secret }: SignedData): string =>
  [method, Buffer.from(uriId).toString('base64'), nonce, body.toString('base64'), secret].join('&');

function components(keys: readonly Buffer[], ctrData: Buffer, data: SignedData | string): Buffer[] {
  const signed = typeof data === 'string' ? data : signedText(data);
  const derived = keys.map((key) => hmac(key, ctrData));
  return derived.map((first, i) => {
    const bound = derived.slice(1, i + 1).reduce((value, key) => hmac(key, value), first);
    return hmac(bound, Buffer.from(signed, 'utf8'));
  });
}

/** A signature in a header, compared as text, as the genuine server does. */
export const onlineSignature = (parts: readonly Buffer[]): string =>
  Buffer.concat(parts.map((part) => part.subarray(16))).toString('base64');

/** A signature that somebody types, with this many digits per component. */
export const offlineSignature =
  (digits: number) =>
  (parts: readonly Buffer[]): string =>
    parts
      .map((part) => String((part.readUInt32BE(28) & 0x7fffffff) % 10 ** digits).padStart(digits, '0'))
      .join('-');

/** The next counter value. */
export function nextCtrData(ctrData: Buffer): Buffer {
  return halve(sha256(ctrData));
}

/**
 * Looks for the counter value that a signature was made with.
 *
 * @param data what was signed, or the text that it results in
 * @returns how far ahead of `ctrData` it is, and the value after it; undefined if no value within the look-ahead fits
 */
export function findCounter(
  keys: readonly Buffer[],
  ctrData: Buffer,
  data: SignedData | string,
  signature: string,
  format: (parts: readonly Buffer[]) => string,
): { readonly steps: number; readonly next: Buffer } | undefined {
  const sent = Buffer.from(signature);
  let candidate = ctrData;
  for (let steps = 0; steps < LOOK_AHEAD; steps++) {
    const expected = format(components(keys, candidate, data));
    if (equal(sent, Buffer.from(expected))) return { steps, next: nextCtrData(candidate) };
    candidate = nextCtrData(candidate);
  }
  return undefined;
}
