/**
 * Atomic read-modify-write without a lock, shared by all drivers.
 *
 * @module
 */

import { copyOfValue } from './checks.ts';
import type { PowerAuthStorage } from '../types.ts';

/** The function that callers pass to `update`: it computes the new value from the current one. */
export type Change = Parameters<PowerAuthStorage['update']>[1];

type Value = Uint8Array<ArrayBuffer> | undefined;

/**
 * Reads a record, lets `change` compute a new one, and writes that if nobody wrote in between; otherwise starts again.
 *
 * @param replace compares and writes in one step; returns false if the record is no longer `current`
 * @returns a copy of what `change` returned
 */
export async function updateUntilDone(
  change: Change,
  read: () => Value | Promise<Value>,
  replace: (current: Value, next: Value) => boolean | Promise<boolean>,
): Promise<Value> {
  for (;;) {
    const current = await read();
    const answer = await change(current?.slice());
    const next = answer === undefined ? undefined : copyOfValue(answer);
    if (await replace(current, next)) return next;
  }
}
