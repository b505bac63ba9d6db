/**
 * Versions of what makes the headers.
 *
 * @module
 */
import { readFileSync } from 'node:fs';

const versionIn = (path) =>
  JSON.parse(readFileSync(new URL(`../../${path}package.json`, import.meta.url), 'utf8')).version;

/** Name and version of a contestant's library; `runtime` stands for the runtime that is named. */
export function versionOf(name, runtime) {
  if (name === 'runtime') return runtime;
  return versionIn(name === 'powerauth-wasm' ? '' : `node_modules/${name}/`);
}
