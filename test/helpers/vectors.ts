import { p256 } from '@noble/curves/nist.js';
import { readFileSync } from 'node:fs';
import { importPublicKey, type KeyPair } from '../../src/protocol/keys.ts';

/** The parsed content of a file under test/vectors; the caller says what it is. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast at each call would say no more
export function vectors<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8')) as T;
}

/** Bytes of standard Base64. */
export function b64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

/** A private key of the published vectors as 32 B: Java's numbers have a leading zero byte, or lack one. */
export function privateKey(text: string): Uint8Array {
  const bytes = b64(text);
  const key = new Uint8Array(32);
  const digits = bytes.subarray(Math.max(0, bytes.length - 32));
  key.set(digits, 32 - digits.length);
  return key;
}

/** The pair of a private key, by another implementation than the package's. */
export function keyPair(key: Uint8Array): KeyPair {
  return { privateKey: key, publicKey: importPublicKey(p256.getPublicKey(key, false)) };
}

/** One of the protocol's own vectors, from wultra/powerauth-crypto; see test/vectors/README.md. */
export interface Vector {
  readonly input: Readonly<Record<string, string>>;
  readonly output: Readonly<Record<string, string>>;
}

/** The published vectors of this name: one at least. */
export function published(name: string): readonly Vector[] {
  const content = vectors<Vector[] | { data: Vector[] }>(`published/${name}.json`);
  const list = Array.isArray(content) ? content : content.data;
  if (list.length === 0) throw new Error(`there are no vectors in ${name}`);
  return list;
}

/** A field of a vector. */
export function text(record: Readonly<Record<string, string>>, field: string): string {
  const value = record[field];
  if (value === undefined) throw new Error(`the vector has no ${field}`);
  return value;
}

/** A field of a vector, from Base64. */
export const bytes = (record: Readonly<Record<string, string>>, field: string): Uint8Array<ArrayBuffer> =>
  b64(text(record, field));
