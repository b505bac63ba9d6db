/**
 * The server that the suite talks to, one origin for all: pages, the embedded PowerAuth server behind it, and what only
 * the server's owner can do (start an activation, commit it, revoke its tokens).
 *
 * @module
 */
import { request as forward } from 'node:http';
import { servePages } from '../../helpers/pages.mjs';

/**
 * Of the sources or of the build: what is used of it.
 *
 * @typedef {Pick<import('../../../src/testing/index.ts').PowerAuthTestServer,
 *   'baseUrl' | 'configuration' | 'createActivation' | 'commitActivation' | 'tokens' | 'removeToken'>} Server
 */

/**
 * Starts it. The caller closes it, and the PowerAuth server.
 *
 * @param {Server} server
 * @param {Record<string, import('../../helpers/pages.mjs').Page>} [pages] as for `servePages`
 * @param {Record<string, string>} [headers] of the pages
 * @returns {Promise<import('../../helpers/pages.mjs').PageServer>}
 */
export async function serveSuite(server, pages = {}, headers = {}) {
  const served = await servePages(pages, {
    headers,
    otherwise: (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', served.origin);
      if (pathname === '/enroll') {
        const configuration = { ...server.configuration, baseEndpointUrl: served.origin };
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ configuration, ...server.createActivation() }));
      } else if (pathname === '/commit') {
        server.commitActivation(searchParams.get('id') ?? '');
        response.end();
      } else if (pathname === '/revoke') {
        for (const { tokenId, activationId } of server.tokens)
          if (activationId === searchParams.get('id')) server.removeToken(tokenId);
        response.end();
      } else {
        const { method } = request;
        const onward = forward(
          server.baseUrl + request.url,
          { method, headers: request.headers },
          (answer) => {
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(response);
          },
        );
        onward.on('error', () => response.destroy());
        request.pipe(onward);
      }
    },
  });
  return served;
}
