/**
 * The version of the built program.
 *
 * @module
 */

/** The build puts package.json's version here. */
declare const POWERAUTH_WASM_VERSION: string | undefined;

export const VERSION = typeof POWERAUTH_WASM_VERSION === 'string' ? POWERAUTH_WASM_VERSION : 'unbuilt';
