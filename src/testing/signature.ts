/**
 * Request signatures, as the server sees them.
 *
 * @module
 */

import { equal, fromBase64, halve, hmac, sha256 } from './crypto.ts';

/** Counter values that are tried, the present one among them. */
export const LOOK_AHEAD = 20;

/** A factor of authentication. */
export type Factor = 'possession' | 'knowledge' | 'biometry';

/** Fields of a PowerAuth header, or undefined where it is none. */
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

/** The factors of a signature type such as `possession_knowledge`, or undefined where there is no such type. */
export function parseFactors(type: string | undefined): Factor[] | undefined {
  const known: Record<string, Factor[]> = {
    possession: ['possession'],
    possession_knowledge: ['possession', 'knowledge'],
    possession_biometry: ['possession', 'biometry'],
    possession_knowledge_biometry: ['possession', 'knowledge', 'biometry'],
  };
  return Object.hasOwn(known, type ?? '') ? known[type ?? ''] : undefined;
}

/** What is signed. */
export interface SignedData {
  readonly method: string;
  readonly uriId: string;
  /** Base64 of 16 B. */
  readonly nonce: string;
  readonly body: Buffer;
  readonly secret: string;
}

function components(keys: readonly Buffer[], ctrData: Buffer, data: SignedData): Buffer[] {
  const { method, uriId, nonce, body, secret } = data;
  const signed = [method, Buffer.from(uriId).toString('base64'), nonce, body.toString('base64'), secret].join(
    '&',
  );
  const derived = keys.map((key) => hmac(key, ctrData));
  return derived.map((first, i) => {
    const bound = derived.slice(1, i + 1).reduce((value, key) => hmac(key, value), first);
    return hmac(bound, Buffer.from(signed, 'utf8'));
  });
}

function matchesOnline(signature: string, parts: readonly Buffer[]): boolean {
  const sent = fromBase64(signature, 16 * parts.length);
  return sent !== undefined && equal(sent, Buffer.concat(parts.map((part) => part.subarray(16))));
}

function matchesOffline(signature: string, parts: readonly Buffer[]): boolean {
  const digits = signature.split('-')[0]?.length ?? 0;
  if (digits < 4 || digits > 8) return false;
  const expected = parts
    .map((part) => String((part.readUInt32BE(28) & 0x7fffffff) % 10 ** digits).padStart(digits, '0'))
    .join('-');
  return equal(Buffer.from(signature), Buffer.from(expected));
}

/** The counter value after this one. */
export function nextCtrData(ctrData: Buffer): Buffer {
  return halve(sha256(ctrData));
}

/**
 * Looks for the counter value that a signature was made with.
 *
 * @returns how far ahead of `ctrData` it is, and the value after it; undefined when no value within the look-ahead fits
 */
export function findCounter(
  keys: readonly Buffer[],
  ctrData: Buffer,
  data: SignedData,
  signature: string,
  form: 'online' | 'offline',
): { readonly steps: number; readonly next: Buffer } | undefined {
  const matches = form === 'online' ? matchesOnline : matchesOffline;
  let candidate = ctrData;
  for (let steps = 0; steps < LOOK_AHEAD; steps++) {
    if (matches(signature, components(keys, candidate, data))) return { steps, next: nextCtrData(candidate) };
    candidate = nextCtrData(candidate);
  }
  return undefined;
}
