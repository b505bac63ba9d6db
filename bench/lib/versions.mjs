/**
 * Versions of what makes the headers.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Version of a package of this project or of bench/peers; `runtime` stands for the runtime that is named. */
export function versionOf(name, runtime) {
  if (name === 'runtime') return runtime;
  const places = ['node_modules', 'bench/peers/node_modules'].map((place) => `${root}${place}/${name}`);
  const folder = name === 'powerauth-wasm' ? root : places.find(existsSync);
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).version;
}
