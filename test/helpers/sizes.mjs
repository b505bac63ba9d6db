/**
 * How large the package is in an application: what a browser's bundler makes of a program that uses it.
 *
 * @module
 */
import { SourceMap } from 'node:module';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import ts from 'typescript';
import { root } from '../../tools/lib/run.mjs';

/** The part of the SDK that a file in a bundle belongs to: its folder, the package that it comes from, or the entry itself. */
const partOf = (file) =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ??
  (/^dist\/hot-path\/generated/.test(file) ? 'WebAssembly' : undefined) ??
  (/^dist\/storage\/localforage/.test(file) ? 'storage in IndexedDB, with localforage' : undefined) ??
  /^dist\/([\w-]+)\//.exec(file)?.[1] ??
  'public classes';

/** Programs that an app may have, by what the package exports, and whose size is promised, with the bound in KB (1000 B) after gzip. Expects a build. */
export const PROMISED = {
  sdk: { title: 'the whole SDK', bound: 69.8, program: `export * from 'powerauth-wasm';` },
  tokens: { title: 'headers of tokens', bound: 38.4, program: `export * from 'powerauth-wasm/tokens';` },
  fetch: {
    title: 'powerauth-wasm/fetch alone',
    bound: 8.2,
    program: `export * from 'powerauth-wasm/fetch';`,
  },
};

/**
 * Bundles a program as an application for browsers would be, minified.
 *
 * @param {string} program its text
 * @param {string[]} [external] packages that are left out
 * @param {readonly string[]} [conditions] what the bundler tells packages besides that it bundles for browsers
 * @returns {Promise<{ text: string, map: string, gzip: number, inputs: string[] }>} its text, the source map, its bytes after gzip, and the files that went into it
 */
export async function bundleProgram(program, external = [], conditions = []) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: root },
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    sourcemap: 'external',
    sourcesContent: false,
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
  // Where WebAssembly is imported, it is among them as well.
  const file = (/** @type {string} */ extension) => {
    const found = outputFiles.find(({ path }) => path.endsWith(extension));
    if (found === undefined) throw new Error(`The bundler wrote no ${extension}`);
    return found;
  };
  const code = file('.js');
  return {
    text: code.text,
    map: file('.map').text,
    gzip: gzipped(code.contents),
    inputs: Object.keys(metafile.inputs),
  };
}

const gzipped = (/** @type {string | Uint8Array} */ text) => gzipSync(text, { level: 9 }).length;

/**
 * What each part of a bundle takes of it: its bytes, and by how many the bundle would shrink without them after gzip. That
 * doesn't add up to the whole, because parts have text in common. The largest is the first one; the last one is what all
 * parts have of text with spaces, above all the messages of errors.
 *
 * @param {{ text: string, map: string }} bundle
 * @returns {Record<string, { minified: number, gzip: number }>}
 */
export function partsOf({ text, map }) {
  const runs = runsOf(text, map);
  const whole = gzipped(text);
  const share = (/** @type {string} */ rest) => ({
    minified: text.length - rest.length,
    gzip: whole - gzipped(rest),
  });
  const names = new Set(runs.map(({ part }) => part));
  const withoutPart = (/** @type {string} */ name) =>
    runs.flatMap((run) => (run.part === name ? [] : [run.text])).join('');
  const shares = [...names]
    .map((name) => /** @type {const} */ ([name, share(withoutPart(name))]))
    .sort(([, one], [, other]) => other.gzip - one.gzip);
  return {
    ...Object.fromEntries(shares),
    'sentences in all of them': share(withoutSentences(text)),
  };
}

/** The bundle as pieces, each with its part. @param {string} text @param {string} map */
function runsOf(text, map) {
  const sources = new SourceMap(JSON.parse(map));
  /** @type {{ part: string, text: string }[]} */
  const runs = [];
  text.split('\n').forEach((line, row) => {
    for (let column = 0; column < line.length; column++) {
      const entry = sources.findEntry(row, column);
      const originalSource = 'originalSource' in entry ? entry.originalSource : undefined;
      const last = runs.at(-1);
      const part = originalSource ? partOf(originalSource.replace(/^(?:\.\.\/)+/, '')) : (last?.part ?? '');
      if (last?.part === part) last.text += line[column];
      else runs.push({ part, text: line[column] });
    }
  });
  return runs;
}

/** @param {string} text of a module */
function withoutSentences(text) {
  const module = ts.createSourceFile('bundle.js', text, ts.ScriptTarget.Latest);
  /** @type {string[]} */
  const kept = [];
  let end = 0;
  const visit = (/** @type {ts.Node} */ node) => {
    const isText =
      ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (isText && node.text.includes(' ')) {
      kept.push(text.slice(end, node.getStart(module)));
      end = node.end;
    } else ts.forEachChild(node, visit);
  };
  visit(module);
  return kept.join('') + text.slice(end);
}
