/**
 * A secret in two halves, neither of which tells anything: so it gets into a process in which it must lie in one place alone.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';

/** Two shares of a secret, in hex. */
export type Shares = readonly [one: string, other: string];

/** Makes the shares; runs where the secret may be. */
export function share(secret: Uint8Array): Shares {
  const mask = randomBytes(secret.length);
  return [mask.toString('hex'), Buffer.from(secret.map((byte, i) => byte ^ (mask[i] ?? 0))).toString('hex')];
}

/** The secret in a new array, which the caller must wipe. */
export function joinShares([one, other]: Shares): Uint8Array {
  const [a, b] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')];
  // In a buffer of its own, which the garbage collector doesn't move.
  const secret = new Uint8Array(new ArrayBuffer(a.length));
  for (let i = 0; i < a.length; i++) secret[i] = (a[i] ?? 0) ^ (b[i] ?? 0);
  return secret;
}
