/**
 * Errors in the consoles of browsers, which show them in their own way. The same list as `./inspect-error.ts` where
 * `#inspect` is concerned.
 *
 * @module
 */

/** Nothing to do. */
export const showInConsole = (_of: unknown, _title: unknown, _describe: unknown): void => undefined;
