/**
 * The canonical query, which replaces the body in the signature of a GET request.
 *
 * @module
 */

import { PowerAuthError } from '../errors.ts';
import { assertWellFormed, wrongParameter } from '../util/validate.ts';

const FIELD = 'params';

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw wrongParameter(`${FIELD}.${name}`, 'a string, a number or a boolean', value);
}

function pairOf(pair: unknown): [string, string] {
  if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string')
    throw wrongParameter(`${FIELD}[]`, 'a pair of name and value', pair);
  return [pair[0], textOf(pair[1], pair[0])];
}

function pairsOf(parameters: object): [string, string][] {
  if (Symbol.iterator in parameters) return Array.from(parameters as Iterable<unknown>, pairOf);
  return Object.entries(parameters)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, textOf(value, name)]);
}

function readPairs(parameters: object): [string, string][] {
  try {
    return pairsOf(parameters);
  } catch (error) {
    if (error instanceof PowerAuthError) throw error;
    throw wrongParameter(FIELD, 'what can be read', parameters);
  }
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

/**
 * Pairs sorted by name, then by value, in UTF-16 code units, encoded as `application/x-www-form-urlencoded`; empty without
 * parameters.
 *
 * @param parameters an object of values (undefined and null are left out), or pairs of name and value in any iterable
 *   (URLSearchParams, a Map, an array) if a name occurs more than once
 * @throws WRONG_PARAMETER
 */
export function canonicalQuery(parameters: unknown): string {
  if (parameters === undefined || parameters === null) return '';
  if (typeof parameters !== 'object')
    throw wrongParameter(FIELD, 'an object or pairs of name and value', parameters);
  const pairs = readPairs(parameters);
  for (const [name, value] of pairs) {
    assertWellFormed(name, `${FIELD}: a name`);
    assertWellFormed(value, `${FIELD}.${name}`);
  }
  const sorted = pairs.sort(([n1, v1], [n2, v2]) => compare(n1, n2) || compare(v1, v2));
  return new URLSearchParams(sorted).toString();
}
