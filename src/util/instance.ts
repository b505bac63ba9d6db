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

const ITSELF = Symbol('itself');

/** Lets {@link itself} find the object behind a proxy; to be called in its constructor. */
export function knowItself(object: object): void {
  Object.defineProperty(object, ITSELF, { value: () => object });
}

/**
 * The object behind a proxy, as Vue's `reactive()` makes one, if it knows itself; else `value`. A method of a class with
 * private members asks for it, because the proxy is `this` there and has none.
 */
export function itself<T extends object>(value: T): T {
  try {
    const found: unknown = (value as { readonly [ITSELF]?: () => unknown })[ITSELF]?.();
    return typeof found === 'object' && found !== null ? (found as T) : value;
  } catch {
    return value;
  }
}
