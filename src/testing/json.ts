/**
 * JSON from outside.
 *
 * @module
 */

/** A parsed JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** The value if it is a string. */
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The value if it is an object. */
export const object = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

/** Parses an object from JSON; undefined if it isn't one. */
export function parseJson(body: Buffer | string): Json | undefined {
  try {
    return object(JSON.parse(body.toString()));
  } catch {
    return undefined;
  }
}
