/**
 * Tells what objects are.
 *
 * @module
 */

/** Whether `value` is an object of a class, even if the check makes it throw, as a proxy may. */
export function isInstance<T>(value: unknown, type: { readonly prototype: T }): value is T {
  try {
    return value instanceof (type as { readonly prototype: T } & (abstract new () => T));
  } catch {
    return false;
  }
}

const ITSELF = Symbol('itself');

/** Lets {@link itself} find the object behind a proxy; call it in the constructor. */
export function knowItself(object: object): void {
  Object.defineProperty(object, ITSELF, { value: () => object });
}

/**
 * The object behind a proxy, such as Vue's `reactive()` creates, if it knows itself; otherwise `value`. A method of a
 * class with private members uses it, because `this` is the proxy there, which has none.
 */
export function itself<T extends object>(value: T): T {
  try {
    const found: unknown = (value as { readonly [ITSELF]?: () => unknown })[ITSELF]?.();
    return typeof found === 'object' && found !== null ? (found as T) : value;
  } catch {
    return value;
  }
}
