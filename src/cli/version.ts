/**
 * What the built program knows of its package.
 *
 * @module
 */

/** The build puts package.json's version here. */
declare const POWERAUTH_WASM_VERSION: string | undefined;

export const VERSION = typeof POWERAUTH_WASM_VERSION === 'string' ? POWERAUTH_WASM_VERSION : 'unbuilt';

/** Where the build puts the files of the playground. */
export const playgroundFolder = (): URL =>
  new URL(VERSION === 'unbuilt' ? '../../dist/playground/' : './playground/', import.meta.url);
