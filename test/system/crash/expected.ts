/** What a store must hold after a death or a power cut, by the marks of those who worked on it. */

import { COUNTER, type Mark } from './marks.ts';

/** What was found: values by key. */
export type Found = ReadonlyMap<string, string>;

/**
 * What is wrong with what was found: acknowledged values that are lost, and values that nobody wrote.
 *
 * @param before what the store held at first
 * @param marks those that were made before that
 */
export function faultsOf(found: Found, before: Found, marks: readonly Mark[]): string[] {
  /** By key, what it may hold: what was acknowledged last, and what was begun since. */
  const allowed = new Map<string, (string | undefined)[]>([...before].map(([key, value]) => [key, [value]]));
  let begun = Number(before.get(COUNTER) ?? 0);
  let counted = begun;
  for (const { kind, key, value } of marks) {
    if (key === COUNTER) {
      if (kind === 'begun') begun++;
      else counted = Math.max(counted, Number(value));
      continue;
    }
    const values = allowed.get(key) ?? [undefined];
    if (kind === 'begun') values.push(value);
    allowed.set(key, kind === 'begun' ? values : values.slice(-1));
  }
  const faults: string[] = [];
  const count = Number(found.get(COUNTER) ?? 0);
  if (count < counted || count > begun) faults.push(`the counter is ${count}, not ${counted} to ${begun}`);
  for (const key of new Set([...allowed.keys(), ...found.keys()])) {
    if (key === COUNTER) continue;
    const value = found.get(key);
    const expected = allowed.get(key) ?? [];
    if (!expected.includes(value)) {
      const told = (one: string | undefined): string =>
        one === undefined ? 'nothing' : `"${one.slice(0, 12)}…"`;
      faults.push(`${key} holds ${told(value)}, expected ${expected.map(told).join(' or ')}`);
    }
  }
  return faults;
}
