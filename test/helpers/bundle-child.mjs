/**
 * Bundles TypeScript of the tests for child processes: the oldest Node that we support cannot run it.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sourceImports } from './source-imports.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Bundles a TypeScript file, with what it imports from src and test, for Node. Packages are found in the project's own
 * node_modules.
 *
 * @param {URL} entryTs
 * @returns {Promise<string>} the path of an .mjs file
 */
export async function buildChild(entryTs) {
  // Inside node_modules, so that the packages are found from there.
  const folder = join(root, 'node_modules', '.cache', 'powerauth-wasm-test');
  await mkdir(folder, { recursive: true });
  const entry = fileURLToPath(entryTs);
  const outfile = join(folder, `${entry.slice(root.length).replaceAll(/[^a-z0-9]+/gi, '-')}.mjs`);
  const { outputFiles } = await build({
    entryPoints: [entry],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    alias: sourceImports('node'),
    sourcemap: 'inline',
    logLevel: 'error',
  });
  // Another test may be running the last one.
  const temporary = `${outfile}.${randomUUID()}.tmp`;
  await writeFile(temporary, outputFiles[0]?.contents ?? '');
  await rename(temporary, outfile);
  return outfile;
}
