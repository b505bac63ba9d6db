/**
 * The files of the playground, over HTTP.
 *
 * @module
 */

import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Interceptor } from '../../testing/http.ts';
import { VERSION } from '../version.ts';

/** Where the page is. */
export const PLAYGROUND_PATH = '/playground/';

/** Where the build puts the files; this module is then in `dist/cli/`. */
export const builtPlayground = (): string =>
  fileURLToPath(
    new URL(VERSION === 'unbuilt' ? '../../../dist/playground/' : '../playground/', import.meta.url),
  );

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** The page and nothing else: no other origin, no text that becomes code. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
} as const;

/**
 * Answers requests to `/playground/…` with the files that the folder has now, by their exact names; `/` leads there.
 *
 * @returns undefined if the folder is not there
 */
export function servePlayground(folder: string): Interceptor | undefined {
  if (!existsSync(join(folder, 'index.html'))) return undefined;
  const files = new Map(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && extname(entry.name) in TYPES)
      .map(({ name }) => [PLAYGROUND_PATH + name, join(folder, name)]),
  );
  files.set(PLAYGROUND_PATH, join(folder, 'index.html'));
  return ({ method = 'GET', url = '/' }, response) => {
    const path = url.replace(/\?.*/s, '');
    if (path === '/' || `${path}/` === PLAYGROUND_PATH) {
      // Not for good: the next server at this port may have no page.
      response.writeHead(307, { ...HEADERS, Location: PLAYGROUND_PATH }).end();
      return true;
    }
    if (!path.startsWith(PLAYGROUND_PATH)) return false;
    const file = files.get(path);
    const isRead = method === 'GET' || method === 'HEAD';
    if (file === undefined || !isRead) {
      response.writeHead(file === undefined ? 404 : 405, HEADERS).end();
      return true;
    }
    readFile(file).then(
      (content) => {
        response.writeHead(200, {
          ...HEADERS,
          'Content-Type': TYPES[extname(file)],
          'Content-Length': content.length,
        });
        response.end(method === 'HEAD' ? undefined : content);
      },
      () => response.writeHead(500, HEADERS).end(),
    );
    return true;
  };
}
