/**
 * Asking objects what they are.
 *
 * @module
 */

/** Whether `value` is an object of a class, also where asking makes it throw, as a proxy may. */
export function isInstance<T>(value: unknown, type: { readonly prototype: T }): value is T {
  try {
    return value instanceof (type as { readonly prototype: T } & (abstract new () => T));
  } catch {
    return false;
  }
}
