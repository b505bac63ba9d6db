/**
 * How large the package is in an application: what a browser's bundler makes of a program that uses it.
 *
 * @module
 */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from '../../tools/lib/run.mjs';

/** Programs that an app may have, by what the package exports, and whose size is promised, with the bound in KB (1000 B) after gzip. Expects a build. */
export const PROMISED = {
  sdk: { title: 'the whole SDK', bound: 74, program: `export * from 'powerauth-wasm';` },
  tokens: { title: 'headers of tokens', bound: 45, program: `export * from 'powerauth-wasm/tokens';` },
  fetch: { title: 'powerauth-wasm/fetch alone', bound: 8, program: `export * from 'powerauth-wasm/fetch';` },
};

/**
 * Bundles a program as an application for browsers would be, minified.
 *
 * @param {string} program its text
 * @param {string[]} [external] packages that are left out
 * @param {readonly string[]} [conditions] what the bundler tells packages besides that it bundles for browsers
 * @returns {Promise<{ text: string, gzip: number, inputs: string[] }>} its text, its bytes after gzip, and the files that went into it
 */
export async function bundleProgram(program, external = [], conditions = []) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: root },
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
    tsconfigRaw: '{}',
    external,
    // As wrangler does: a module of its own.
    loader: { '.wasm': 'copy' },
    outdir: 'build/unused',
    conditions: [...conditions],
  });
  const [{ text, contents }] = outputFiles;
  return { text, gzip: gzipSync(contents, { level: 9 }).length, inputs: Object.keys(metafile.inputs) };
}
