/**
 * Schemas of what comes from callers, servers and storages. A schema is a function that returns the checked value, or
 * throws a {@link Mismatch}. A library would make every bundle larger.
 *
 * @module
 */

/** @param at the path to the value, such as `.list[0].name` */
export type Schema<T> = (value: unknown, at: string) => T;

/** What a schema returns. */
export type Output<S> = S extends Schema<infer T> ? T : never;

/** An object with its members; those that may be undefined may be missing. */
type ObjectOf<Members> = {
  [Name in keyof Members as undefined extends Output<Members[Name]> ? never : Name]: Output<Members[Name]>;
} & {
  [Name in keyof Members as undefined extends Output<Members[Name]> ? Name : never]?: Output<Members[Name]>;
};
type Flat<T> = { [Name in keyof T]: T[Name] };

/** A value that doesn't fit. */
export class Mismatch extends Error {
  readonly at: string;
  readonly expected: string;
  readonly received: unknown;
  /** Whether the value at least has the right type. */
  readonly hasType: boolean;

  constructor(at: string, expected: string, received: unknown, hasType: boolean) {
    super(`${at}: expected ${expected}`);
    this.at = at;
    this.expected = expected;
    this.received = received;
    this.hasType = hasType;
  }
}

/** Values that `test` accepts. */
// @__NO_SIDE_EFFECTS__
export function custom<T>(test: (value: unknown) => boolean, expected: string): Schema<T> {
  return (value, at) => {
    if (!test(value)) throw new Mismatch(at, expected, value, false);
    return value as T;
  };
}

// @__NO_SIDE_EFFECTS__
export function string(expected = 'a string'): Schema<string> {
  return custom((value) => typeof value === 'string', expected);
}

/** Any number but NaN. */
// @__NO_SIDE_EFFECTS__
export function number(expected = 'a number'): Schema<number> {
  return custom((value) => typeof value === 'number' && !Number.isNaN(value), expected);
}

// @__NO_SIDE_EFFECTS__
export function boolean(expected = 'true or false'): Schema<boolean> {
  return custom((value) => typeof value === 'boolean', expected);
}

/** One of these values. */
// @__NO_SIDE_EFFECTS__
export function oneOf<const T>(values: readonly T[], expected = `one of ${values.join(', ')}`): Schema<T> {
  return custom((value) => values.includes(value as T), expected);
}

/** Values of a schema that `test` accepts as well. */
// @__NO_SIDE_EFFECTS__
export function refine<T>(schema: Schema<T>, test: (value: T) => boolean, expected: string): Schema<T> {
  return (value, at) => {
    const output = schema(value, at);
    if (!test(output)) throw new Mismatch(at, expected, output, true);
    return output;
  };
}

/** A text that matches. */
// @__NO_SIDE_EFFECTS__
export function text(form: RegExp, expected: string): Schema<string> {
  return refine(string(expected), (value) => form.test(value), expected);
}

/** What `change` makes of the values of a schema. */
// @__NO_SIDE_EFFECTS__
export function map<T, U>(schema: Schema<T>, change: (value: T, at: string) => U): Schema<U> {
  return (value, at) => change(schema(value, at), at);
}

/** A value or undefined, in whose place the default is returned. */
// @__NO_SIDE_EFFECTS__
export function optional<T, const D extends T | undefined = undefined>(
  schema: Schema<T>,
  byDefault?: D,
): Schema<T | D> {
  return (value, at) => (value === undefined ? (byDefault as D) : schema(value, at));
}

/** The same for null. */
// @__NO_SIDE_EFFECTS__
export function nullish<T, const D extends T | null | undefined = undefined>(
  schema: Schema<T>,
  byDefault?: D,
): Schema<T | D> {
  return (value, at) => (value === null || value === undefined ? (byDefault as D) : schema(value, at));
}

/** Any value. */
export const unknown: Schema<unknown> = (value) => value;

const anyObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** An object with these members; others are dropped. */
// @__NO_SIDE_EFFECTS__
export function object<Members extends Record<string, Schema<unknown>>>(
  members: Members,
  expected = 'an object',
): Schema<Flat<ObjectOf<Members>>> {
  return map(custom<Record<string, unknown>>(anyObject, expected), (given, at) => {
    const output: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(members)) {
      const value = schema(given[name], `${at}.${name}`);
      if (value !== undefined || name in given) output[name] = value;
    }
    return output as Flat<ObjectOf<Members>>;
  });
}

/** The same, but other members are refused. */
// @__NO_SIDE_EFFECTS__
export function exactObject<Members extends Record<string, Schema<unknown>>>(
  members: Members,
  expected = 'an object',
): Schema<Flat<ObjectOf<Members>>> {
  const names = Object.keys(members);
  const inner = object(members, expected);
  return (value, at) => {
    if (Array.isArray(value)) throw new Mismatch(at, expected, value, false);
    const output = inner(value, at);
    for (const [name, item] of Object.entries(value as object)) {
      if (names.includes(name)) continue;
      const known = names.length === 0 ? 'nothing at all' : `only ${names.join(', ')}`;
      throw new Mismatch(`${at}.${name}`, `no field of this name, ${known}`, item, false);
    }
    return output;
  };
}

/** An object with members of any names. */
// @__NO_SIDE_EFFECTS__
export function record(expected = 'an object'): Schema<Record<string, unknown>> {
  return map(custom<object>(anyObject, expected), (given) => ({ ...given }));
}

// @__NO_SIDE_EFFECTS__
export function array<T>(item: Schema<T>, expected = 'an array'): Schema<T[]> {
  return map(custom<unknown[]>(Array.isArray, expected), (items, at) =>
    items.map((value, i) => item(value, `${at}[${i}]`)),
  );
}
