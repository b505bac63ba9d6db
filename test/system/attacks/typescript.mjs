/**
 * Imports a TypeScript file of the project: the oldest Node that we support can't.
 *
 * @module
 */
import { build } from 'esbuild';
import { join } from 'node:path';
import { root } from '../../../tools/lib/run.mjs';

/** @param file from the project's folder */
export async function loadTypeScript(file) {
  const { outputFiles } = await build({
    entryPoints: [join(root, file)],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
