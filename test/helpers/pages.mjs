/**
 * Pages for a browser: bundled from the sources or from the build, and served on this machine.
 *
 * @module
 */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { root } from '../../tools/lib/run.mjs';
import { sourceImports } from './source-imports.mjs';

/**
 * @typedef {{ body: string | Uint8Array, type?: string | undefined, headers?: Record<string, string> }} Answer
 * @typedef {string | Uint8Array | Answer} Page a body, alone or with its headers
 * @typedef {{ readonly origin: string, close(): Promise<void> }} PageServer
 * @typedef {import('node:http').RequestListener} RequestListener
 */

/** @type {Record<string, string>} */
const TYPES = {
  '': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * Bundles a TypeScript or JavaScript file, with what it imports from src and packages, into one module for a browser: a
 * page's script, or a worker of type "module".
 *
 * @param {string | URL} entry a file
 * @param {import('esbuild').BuildOptions} [options] more of esbuild's
 * @returns {Promise<string>} the module's text
 */
export async function bundleForPage(entry, options = {}) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry instanceof URL ? fileURLToPath(entry) : entry],
    outfile: 'build/unused.js',
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    alias: sourceImports('browser'),
    sourcemap: 'inline',
    logLevel: 'error',
    ...options,
  });
  return outputFiles?.[0]?.text ?? '';
}

/** @param {Record<string, Page>} pages @returns {(path: string) => Promise<Answer | undefined>} */
const fromMemory = (pages) => async (path) => {
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  return typeof page === 'string' || page instanceof Uint8Array ? { body: page } : page;
};

/** @param {string} folder @returns {(path: string) => Promise<Answer | undefined>} */
const fromFolder = (folder) => async (path) => {
  const file = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
  if (!file.startsWith(normalize(folder + sep))) return undefined;
  try {
    return { body: await readFile(file), type: TYPES[extname(file)] };
  } catch {
    return undefined;
  }
};

/** @type {RequestListener} */
const notFound = (_request, response) => void response.writeHead(404).end();

/**
 * Serves pages on a free port of 127.0.0.1.
 *
 * @param {string | Record<string, Page>} content a folder, or pages by path (such as `/` and `/main.js`); those may
 *   change while it runs
 * @param {{ headers?: Record<string, string> | undefined, otherwise?: RequestListener | undefined }} [options] headers of
 *   every answer, such as a content security policy; what answers requests for other paths
 * @returns {Promise<PageServer>}
 */
export async function servePages(content, { headers = {}, otherwise = notFound } = {}) {
  const find = typeof content === 'string' ? fromFolder(content) : fromMemory(content);
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const page = await find(path);
    if (page === undefined) return otherwise(request, response);
    const type = page.type ?? TYPES[extname(path)] ?? 'application/octet-stream';
    response.writeHead(200, {
      'content-type': type,
      'cache-control': 'no-store',
      ...headers,
      ...page.headers,
    });
    response.end(page.body);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(undefined));
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        server.closeAllConnections();
      }),
  };
}
