/**
 * Serves the app on this machine, with a PowerAuth server behind it: `npm run example:browser [-- --vite] [-- --port=8080]`.
 *
 * @module
 */
import { createServer, request as forward } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { bundleExample } from './bundle.mjs';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css' };

/** A bank's page only allows its own scripts; WebAssembly must be allowed explicitly. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What only the bank can do, without the sign-in that a bank would ask for here. */
const bank = (powerAuthServer) => ({
  '/bank/settings': () => powerAuthServer.configuration,
  '/bank/activation-code': () => powerAuthServer.createActivation({ userId: 'example-user' }),
  '/bank/commit': ({ searchParams }) => {
    powerAuthServer.commitActivation(searchParams.get('id'));
    return {};
  },
});

/**
 * Bundles and starts it.
 *
 * @param {{ bundler?: string, port?: number, outdir?: string }} [options]
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startExample({ bundler = 'esbuild', port = 0, outdir } = {}) {
  const files = outdir ?? fileURLToPath(new URL(`../../build/example-browser-${bundler}`, import.meta.url));
  await bundleExample(bundler, files);
  const powerAuthServer = await startPowerAuthTestServer();
  const routes = bank(powerAuthServer);

  const sendFile = async (path, response) => {
    const name = path === '/' ? 'index.html' : path.slice(1);
    if (!/^(?:assets\/)?[\w-]+\.\w+$/.test(name)) return false;
    const body = await readFile(join(files, name)).catch(() => undefined);
    if (body === undefined) return false;
    response.writeHead(200, {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
    return true;
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
    try {
      if (route !== undefined) {
        response.setHeader('content-type', 'application/json').end(JSON.stringify(route(url)));
      } else if (!(await sendFile(url.pathname, response))) {
        const { method, headers } = request;
        const onward = forward(powerAuthServer.baseUrl + request.url, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        onward.on('error', () => response.destroy());
        request.pipe(onward);
      }
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    // By name: passkeys belong to a domain, and an IP address isn't one.
    url: `http://localhost:${address.port}/`,
    close: async () => {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await powerAuthServer.close();
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const port = Number(process.argv.find((arg) => arg.startsWith('--port='))?.slice('--port='.length) ?? 0);
  const bundler = process.argv.includes('--vite') ? 'vite' : 'esbuild';
  const { url } = await startExample({ bundler, port });
  console.log(`\nBundled by ${bundler}. Open ${url} in one tab or several; Ctrl+C ends it.`);
}
