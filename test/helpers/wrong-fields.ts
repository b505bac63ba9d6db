import { expect } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { error } from './error.ts';
import { NO_INSTANCES, NO_NUMBERS, type NamedValue } from './wrong-values.ts';

/** Those of them that are something, for members that may be left out. */
export const OPTIONAL = (values: readonly NamedValue[]): readonly NamedValue[] =>
  values.filter(([, value]) => value !== undefined);

/** Values that a member refuses which may be left out or null. */
export const NO_NULLABLE = OPTIONAL(NO_INSTANCES).filter(([, value]) => value !== null);

export const NO_SECONDS: readonly NamedValue[] = [
  ...NO_NUMBERS,
  ['0', 0],
  ['-1', -1],
  ['NaN', NaN],
  ['2 days', 172_800],
];

export const NO_ITERATIONS: readonly NamedValue[] = [
  ...NO_NUMBERS,
  ...[NaN, Infinity, -600_000, 0, 9_999, 10_000.5, 10_000_001].map((n) => [String(n), n] as const),
];

/** A configuration refuses each of the values of one of its members, by its name. */
export function expectWrongField(
  build: (settings: object) => unknown,
  configuration: string,
  field: string,
  values: readonly NamedValue[],
): void {
  const expected = error(
    PowerAuthErrorCode.WRONG_PARAMETER,
    new RegExp(`^${configuration}(\\.${field}|: expected)`),
  );
  for (const [name, value] of values) {
    expect(() => build({ [field]: value }), name).toThrow(expect.objectContaining(expected));
  }
}

/** A configuration refuses anything that is not an object in its place. */
export function expectObjectsOnly(build: (settings: never) => unknown, configuration: string): void {
  const noObjects = NO_INSTANCES.filter(
    ([, value]) => (value ?? undefined) !== undefined && typeof value !== 'object',
  );
  for (const [name, value] of noObjects) {
    expect(() => build(value as never), name).toThrow(
      expect.objectContaining(
        error(PowerAuthErrorCode.WRONG_PARAMETER, new RegExp(`^${configuration}: expected`)),
      ),
    );
  }
}

/** How a configuration with defaults is made. */
export interface WithDefaults {
  readonly type: { new (): object; default(): object };
  readonly build: (input?: never) => object;
  readonly defaults: object;
  /** One member that is not as by default. */
  readonly other: object;
}

/** Defaults are the same, however they are asked for; what is built is frozen, an object of the class isn't. */
export function expectDefaults({ type, build: typedBuild, defaults, other }: WithDefaults): void {
  const build = typedBuild as (input?: object) => object;
  expect(type.default()).toEqual(defaults);
  expect(build()).toEqual(defaults);
  expect(build(undefined)).toEqual(defaults);
  const made = new type();
  expect(Object.fromEntries(Object.entries(made))).toEqual(defaults);
  expect(build(made)).toEqual(defaults);
  expect(build(other)).toEqual({ ...defaults, ...other });
  for (const frozen of [type.default(), build(), build(made)]) expect(Object.isFrozen(frozen)).toBe(true);
  expect(Object.isFrozen(made)).toBe(false);
}
