/**
 * Code that the tests of the contract share. It uses no assertion library: they run wherever a driver does, in browsers
 * too.
 *
 * @module
 */

import type { PowerAuthStorage, PowerAuthStorageChange } from '../../storage/types.ts';

/** The time that subscribers are promised, in ms. */
const NOTICE_MS = 1000;

/** A test of one store. */
export type Check = (
  title: string,
  run: (storage: PowerAuthStorage, second: (() => Promise<PowerAuthStorage>) | undefined) => Promise<void>,
) => void;

/** A test of two objects on one store. */
export type CheckTwo = (
  title: string,
  run: (first: PowerAuthStorage, other: PowerAuthStorage) => Promise<void>,
) => void;

/** How tests are registered. */
export interface Checks {
  readonly check: Check;
  /** For tests with two objects on one store; one object is used as both if there can't be a second. */
  readonly checkBoth: CheckTwo;
  /** For tests that only work with two objects; left out if there can't be a second. */
  readonly checkTwo: CheckTwo;
}

/** A value. */
export const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);
/** The number in a value of {@link numbered}; 0 for no value. */
export const number = (value: Uint8Array | undefined): number => (value === undefined ? 0 : new DataView(value.buffer, value.byteOffset).getUint32(0)); // prettier-ignore
/** A value of four bytes. */
export const numbered = (value: number): Uint8Array => {
  const array = new Uint8Array(4);
  new DataView(array.buffer).setUint32(0, value);
  return array;
};

/** Throws unless it holds. */
export function assert(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/** A value for a message, truncated. */
export function show(value: unknown): string {
  if (value instanceof Uint8Array)
    return `bytes [${value.subarray(0, 16).join(' ')}${value.length > 16 ? ' …' : ''}]`;
  return typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : String(value);
}

/** Throws unless both are equal: bytes, arrays and simple values. */
export function assertSame(actual: unknown, expected: unknown, what: string): void {
  const flat = (value: unknown): unknown => (value instanceof Uint8Array ? ['bytes', ...value] : value);
  const same = JSON.stringify(flat(actual)) === JSON.stringify(flat(expected));
  assert(same, `${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Throws unless the call rejects (and does not throw) with an error of this code. */
export async function assertRejects(call: () => Promise<unknown>, code: string, what: string): Promise<void> {
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch {
    throw new Error(`${what}: threw instead of rejecting`);
  }
  const outcome = await promise.then(
    () => 'success',
    (error: unknown) => error,
  );
  assert(outcome instanceof Error, `${what}: expected a rejection, got ${show(outcome)}`);
  assertSame((outcome as Error & { code?: unknown }).code, code, `${what}: code of "${outcome.message}"`);
}

/** The keys with a prefix, sorted. */
export async function keysOf(storage: PowerAuthStorage, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of storage.list(prefix)) keys.push(key);
  return keys.sort();
}

/** Settles as `promise` does, or rejects after `ms`. */
export async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A promise that is resolved from outside. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Lets everything that is ready to run, run. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Collects notices, and waits for those of a key. */
export function collect(storage: PowerAuthStorage): {
  seen: PowerAuthStorageChange[];
  notice(key: string): Promise<void>;
  end(): void;
} {
  const seen: PowerAuthStorageChange[] = [];
  const checks = new Set<() => void>();
  const end = storage.subscribe((change) => {
    seen.push(change);
    for (const check of checks) check();
  });
  const notice = (key: string): Promise<void> =>
    within(
      NOTICE_MS,
      new Promise((resolve) => {
        const check = (): void => {
          if (seen.some((change) => change === 'all' || change.includes(key))) resolve();
        };
        checks.add(check);
        check();
      }),
      `notice of ${show(key)}`,
    );
  return { seen, notice, end };
}
