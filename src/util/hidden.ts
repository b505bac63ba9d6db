/**
 * Members of objects that can be read like any other, but that nothing prints: neither JSON, nor a console or an error
 * report, nor Node's `util.inspect` with any options.
 *
 * An object's own members are all printed by one of these. So are getters of its class, by `util.inspect` with
 * `showHidden` and `getters`. It never prints members that are inherited from the language's own classes. So secrets
 * are inherited from a prototype that claims to be one of these, and are kept where nobody can look: in a closure.
 *
 * @module
 */

/** Leads from an object to its secrets; a symbol and a function, which proxies such as Vue's leave as they are. */
const SECRETS = Symbol('secrets');

interface Keeper {
  readonly [SECRETS]?: () => Record<string, unknown>;
}

/** A prototype that nothing prints, with further members, inserted between another prototype and its parent. */
function hiddenPrototype(base: object | null, members: PropertyDescriptorMap): object {
  return Object.create(base, { ...members, constructor: { value: Object } }) as object;
}

/** Secrets for any number of objects, which inherit them from one prototype: each prototype costs shapes of its own. */
export class Hidden<S extends object> {
  readonly #absent: Record<string, null> = {};
  readonly #prototype: object | undefined;

  constructor(secrets: S) {
    const hidden: PropertyDescriptorMap = {};
    for (const [name, value] of Object.entries(secrets) as [string, unknown][]) {
      if (value === null) this.#absent[name] = null;
      else if (value !== undefined) hidden[name] = { value };
    }
    if (Object.keys(hidden).length > 0) this.#prototype = hiddenPrototype(Object.prototype, hidden);
  }

  /**
   * A frozen object with the members of both; the secrets that aren't null are never printed, and are in no copy.
   */
  addTo<V extends object>(visible: V): Readonly<V & S> {
    const object = { ...visible, ...this.#absent };
    // Last, and only where it is needed: each property that is added to an object of a shape of its own makes another
    // shape.
    if (this.#prototype !== undefined) Object.setPrototypeOf(object, this.#prototype);
    return Object.freeze(object) as Readonly<V & S>;
  }
}

/** The same, for one object. */
export function withHidden<V extends object, S extends object>(visible: V, secrets: S): Readonly<V & S> {
  return new Hidden(secrets).addTo(visible);
}

/**
 * Moves getters and setters of a class to a place where nothing prints them.
 *
 * @param prototype of the class; for its static block
 */
export function hideGetters(prototype: object, names: readonly string[]): void {
  const members: PropertyDescriptorMap = {};
  for (const name of names) {
    members[name] = { ...Object.getOwnPropertyDescriptor(prototype, name), enumerable: false };
    Reflect.deleteProperty(prototype, name);
  }
  Object.setPrototypeOf(
    prototype,
    hiddenPrototype(Object.getPrototypeOf(prototype) as object | null, members),
  );
}

/**
 * Gives the objects of a class members that nothing prints. Its constructor calls {@link keepSecrets}. The class only
 * declares these members, unless they are shown: a field would be the object's own member.
 *
 * @param prototype of the class; for its static block
 */
export function hideMembers(prototype: object, names: readonly string[]): void {
  for (const name of names) {
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: Keeper): unknown {
        return this[SECRETS]?.()[name];
      },
      set(this: Keeper, value: unknown) {
        const secrets = this[SECRETS]?.();
        if (secrets !== undefined) secrets[name] = value;
      },
    });
  }
  hideGetters(prototype, names);
}

/**
 * Prepares the secrets of an object whose class {@link hideMembers} has prepared.
 *
 * @param shown the object's own members that stay, as null, until they are set
 */
export function keepSecrets(object: object, shown: readonly string[] = []): void {
  const secrets: Record<string, unknown> = {};
  Object.defineProperty(object, SECRETS, { value: () => secrets });
  for (const name of shown) {
    Object.defineProperty(object, name, {
      configurable: true,
      enumerable: true,
      get: () => null,
      set(value: unknown) {
        if (value === null) return;
        secrets[name] = value;
        Reflect.deleteProperty(object, name);
      },
    });
  }
}
