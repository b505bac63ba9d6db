/**
 * Turns ASCII bytes into a string, by the fastest way that the runtime has.
 *
 * @module
 */

import { NodeBuffer, requireGlobal } from '../util/globals.ts';

/** Reads the bytes from `from` to `to` of some memory. */
export type AsciiReader = (from: number, to: number) => string;

/** Base64 of bytes. */
export type Base64Writer = (bytes: Uint8Array) => string;

/**
 * The runtime's own Base64, where a text of it costs less than one that is decoded: in browsers, so far as they have it.
 * Undefined where Node's decoder is.
 */
export function base64Writer(): Base64Writer | undefined {
  if (NodeBuffer?.from !== undefined) return undefined;
  const { prototype } = Uint8Array as { prototype: { readonly toBase64?: () => string } };
  const write = Object.getOwnPropertyDescriptor(prototype, 'toBase64')?.value as
    ((this: Uint8Array) => string) | undefined;
  return write && ((bytes) => write.call(bytes));
}

/** A reader of `memory`, which is viewed, not copied. */
export function asciiReader(memory: Uint8Array): AsciiReader {
  const buffer = NodeBuffer?.from?.(memory.buffer);
  // Node's decodes Latin-1 without checking each byte, which takes half the time.
  if (buffer !== undefined) return (from, to) => buffer.toString('latin1', from, to);
  const decoder = new (requireGlobal('TextDecoder'))();
  return (from, to) => decoder.decode(memory.subarray(from, to));
}
