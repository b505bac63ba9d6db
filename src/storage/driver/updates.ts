/**
 * Atomic read-modify-write without a lock, as all drivers do it.
 *
 * @module
 */

import { copyOfValue } from './checks.ts';
import type { PowerAuthStorage } from '../types.ts';

/** What callers of `update` give: makes the new value of the present one. */
export type Change = Parameters<PowerAuthStorage['update']>[1];

type Value = Uint8Array<ArrayBuffer> | undefined;

/**
 * Reads a record, has `change` make a new one, and writes that if nobody wrote in between; else it begins again.
 *
 * @param replace compares and writes in one; false when the record is no longer `current`
 * @returns a copy of what `change` made
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
