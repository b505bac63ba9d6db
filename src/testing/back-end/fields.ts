/**
 * What a back-end sends.
 *
 * @module
 */

import type { Json } from '../json.ts';
import { refuse, refuseBody } from './refusal.ts';

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

/**
 * The members of a `requestObject`, read as the genuine server does: null is absent, numbers and booleans are taken for
 * text, and texts for numbers and booleans. Anything else is refused, as is a missing value that is required.
 */
export class Fields {
  readonly #json: Json;

  constructor(json: Json) {
    this.#json = json;
  }

  /** Whether it is there. */
  has(name: string): boolean {
    return !isAbsent(this.#json[name]);
  }

  text(name: string): string | undefined {
    return this.#read(name, 'text', (value) => {
      if (typeof value === 'string') return value;
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
    });
  }

  required(name: string): string {
    return this.text(name) ?? refuse('ERR0024', `Expected ${name}.`);
  }

  texts(name: string): readonly string[] {
    const isTexts = (value: unknown): value is readonly string[] =>
      Array.isArray(value) && value.every((item) => typeof item === 'string');
    return this.#read(name, 'an array of texts', (value) => (isTexts(value) ? value : undefined)) ?? [];
  }

  integer(name: string): number | undefined {
    return this.#read(name, 'an integer', (value) => {
      const number = typeof value === 'string' && value !== '' ? Number(value) : value;
      return Number.isSafeInteger(number) ? (number as number) : undefined;
    });
  }

  integers(name: string): readonly number[] {
    const isIntegers = (value: unknown): value is readonly number[] =>
      Array.isArray(value) && value.every(Number.isSafeInteger);
    return this.#read(name, 'an array of integers', (value) => (isIntegers(value) ? value : undefined)) ?? [];
  }

  /** False if it is absent. */
  flag(name: string): boolean {
    const values: readonly unknown[] = [false, true, 'false', 'true'];
    const index = this.#read(name, 'a boolean', (value) => {
      const found = values.indexOf(value);
      return found < 0 ? undefined : found;
    });
    return index !== undefined && index % 2 === 1;
  }

  /** A date as the genuine server's library reads it, ISO 8601 or a number of ms; returns ms. */
  date(name: string): number | undefined {
    return this.#read(name, 'a date', (value) => {
      const time = typeof value === 'string' ? Date.parse(value) : value;
      return Number.isSafeInteger(time) ? (time as number) : undefined;
    });
  }

  oneOf<T extends string>(name: string, names: readonly T[]): T | undefined {
    return this.#read(name, `one of ${names.join(', ')}`, (value) => names.find((known) => known === value));
  }

  #read<T>(name: string, expected: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.#json[name];
    if (isAbsent(value)) return undefined;
    return read(value) ?? refuseBody(`${name}: expected ${expected}.`);
  }
}
