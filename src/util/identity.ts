/**
 * Names for objects that can only be compared.
 *
 * @module
 */

const numbers = new WeakMap<object, number>();
let last = 0;

/** A number that no other object of this thread ever has. */
export function numberOf(value: object): number {
  let number = numbers.get(value);
  if (number === undefined) numbers.set(value, (number = ++last));
  return number;
}
