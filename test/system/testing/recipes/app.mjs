/**
 * The app of the recipe for Playwright: `npm start` serves its page, its bundle, and the configuration that the test
 * server has for it.
 *
 *     node app.mjs <port> <URL of the test server>
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const [, , port, server] = process.argv;

const TYPES = { html: 'text/html', js: 'text/javascript', json: 'application/json' };

/** @type {Record<string, () => Promise<string | Buffer>>} */
const files = {
  '/index.html': () => readFile(new URL('page.html', import.meta.url)),
  '/powerauth-wasm.js': () => readFile(new URL('powerauth-wasm.js', import.meta.url)),
  '/configuration.json': async () => {
    const answer = await fetch(`${server}/rest/v3/application/detail`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ requestObject: { applicationId: 'PowerAuthJsTestClient-Application' } }),
    });
    const { responseObject } = await answer.json();
    const [{ mobileSdkConfig }] = responseObject.versions;
    return JSON.stringify({ configuration: mobileSdkConfig, baseEndpointUrl: server });
  },
};

createServer((request, response) => {
  const path = request.url === '/' ? '/index.html' : (request.url ?? '');
  const type = /** @type {keyof typeof TYPES} */ (path.split('.').at(-1));
  const file = files[path];
  if (file === undefined) return void response.writeHead(404).end();
  file().then(
    (content) => response.writeHead(200, { 'Content-Type': TYPES[type] }).end(content),
    (error) => response.writeHead(500).end(String(error)),
  );
}).listen(Number(port), '127.0.0.1');
