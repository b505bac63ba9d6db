/**
 * The canonical query, which stands for the body in the signature of a GET request.
 *
 * @module
 */

/** Query parameters: an object of values, or pairs where a name occurs more than once. */
export type QueryParameters =
  | Readonly<Record<string, string | number | boolean | null | undefined>>
  | URLSearchParams
  | readonly (readonly [string, string])[];

function pairsOf(parameters: QueryParameters): [string, string][] {
  if (parameters instanceof URLSearchParams) return [...parameters];
  if (Array.isArray(parameters)) {
    return (parameters as readonly (readonly [string, string])[]).map(([key, value]) => [key, value]);
  }
  return Object.entries(parameters)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => [key, String(value)]);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Pairs sorted by name, then by value, in UTF-16 code units, encoded as `application/x-www-form-urlencoded`; empty without
 * parameters.
 */
export function canonicalQuery(parameters?: QueryParameters | null): string {
  if (parameters === undefined || parameters === null) return '';
  const sorted = pairsOf(parameters).sort(([k1, v1], [k2, v2]) => compare(k1, k2) || compare(v1, v2));
  return new URLSearchParams(sorted).toString();
}
