/**
 * Where `npm run test:runtimes` puts other runtimes.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The runtimes' own package.json, with what npm installs for it. */
export const binaries = fileURLToPath(new URL('./binaries', import.meta.url));

/** A path among what was installed. */
export const installed = (/** @type {string[]} */ ...parts) => join(binaries, 'node_modules', ...parts);

/**
 * The binary in the one of a package's platform packages that npm has put there.
 *
 * @param {string} scope
 * @param {string[]} names
 * @param {string} file
 * @returns {string | undefined}
 */
function binary(scope, names, file) {
  return names.map((name) => installed(scope, name, file)).find(existsSync);
}

const { platform: os, arch } = process;

/** The files of those that are there. */
export const findRuntimes = () => ({
  bun: binary('@oven', [`bun-${os}-${arch}`, `bun-${os}-aarch64`], 'bin/bun'),
  deno: binary('@deno', [`${os}-${arch}-glibc`, `${os}-${arch}`], 'deno'),
  workerd: binary('@cloudflare', [`workerd-${os}-64`, `workerd-${os}-arm64`], 'bin/workerd'),
});

/** How they run a script. */
export const ARGUMENTS = {
  bun: ['run'],
  deno: ['run', '-A', '--node-modules-dir=manual'],
};
