/**
 * How large the package is in an application: what a browser's bundler makes of a program that uses it.
 *
 * @module
 */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from '../../tools/lib/run.mjs';

/** The part of the SDK that a file in a bundle belongs to: its folder, the package that it comes from, or the entry itself. */
const partOf = (file) =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ??
  (/^dist\/storage\/localforage/.test(file) ? 'storage in IndexedDB, with localforage' : undefined) ??
  /^dist\/([\w-]+)\//.exec(file)?.[1] ??
  'public classes';

/** Programs that an app may have, by what the package exports, and whose size is promised, with the bound in KB (1000 B) after gzip. Expects a build. */
export const PROMISED = {
  sdk: { title: 'the whole SDK', bound: 74, program: `export * from 'powerauth-wasm';` },
  tokens: { title: 'headers of tokens', bound: 45, program: `export * from 'powerauth-wasm/tokens';` },
  fetch: {
    title: 'powerauth-wasm/fetch alone',
    bound: 8.5,
    program: `export * from 'powerauth-wasm/fetch';`,
  },
};

/**
 * Bundles a program as an application for browsers would be, minified.
 *
 * @param {string} program its text
 * @param {string[]} [external] packages that are left out
 * @param {readonly string[]} [conditions] what the bundler tells packages besides that it bundles for browsers
 * @returns {Promise<{ text: string, gzip: number, inputs: string[], parts: Record<string, number> }>} its text, its bytes after gzip, the files that went into it, and the bytes of each part before gzip
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
  /** @type {Record<string, number>} */
  const parts = {};
  for (const [file, { bytesInOutput }] of Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs),
  ))
    parts[partOf(file)] = (parts[partOf(file)] ?? 0) + bytesInOutput;
  return { text, gzip: gzipSync(contents, { level: 9 }).length, inputs: Object.keys(metafile.inputs), parts };
}
