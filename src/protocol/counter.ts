/**
 * The hash-based counter of signatures (protocol 3.3, "Counter").
 *
 * @module
 */

import { sha256 } from '#crypto';
import { foldAndWipe } from './kdf.ts';

/** A value of the counter. */
export interface SignatureCounter {
  /** CTR_DATA, 16 B, a secret. */
  readonly ctrData: Uint8Array;
  /** CTR_BYTE, 0 to 255. */
  readonly ctrByte: number;
}

/** The next value, in a new array; the caller must wipe it. */
export function nextCounter({ ctrData, ctrByte }: SignatureCounter): SignatureCounter {
  return { ctrData: foldAndWipe(sha256(ctrData)), ctrByte: (ctrByte + 1) % 256 };
}
