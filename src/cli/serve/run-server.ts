/**
 * Runs the test server until the user ends it.
 *
 * @module
 */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdmin } from '../../testing/admin/http.ts';
import type { Interceptor } from '../../testing/http.ts';
import type { PowerAuthTestServer } from '../../testing/index.ts';
import { startServer } from '../../testing/start.ts';
import type { Options } from '../command.ts';
import type { Context } from '../context.ts';
import { usage } from '../failures.ts';
import { VERSION } from '../version.ts';
import { builtPlayground, PLAYGROUND_PATH, servePlayground } from './playground.ts';
import { adminTokenOf, serveSettings, type AdminPlace } from './settings.ts';

/** Starts it, says that it is ready, and waits for the end. */
export async function runServer(context: Context, options: Options): Promise<void> {
  const { io } = context;
  const settings = serveSettings(options);
  const { port, like, allowOrigin, admin, hasPlayground } = settings;
  const token = await adminTokenOf(context, settings);
  if (await context.isDryRun({ port, host: settings.host, like }, ['would start a server'])) return;
  const interceptors: Interceptor[] = [];
  const playground = hasPlayground ? servePlayground(builtPlayground()) : undefined;
  if (playground !== undefined) interceptors.push(playground);
  if (hasPlayground && playground === undefined) throw usage('--playground: this build has no playground');

  const server = await listening('--port', () =>
    startServer({ port, like, ...(allowOrigin === undefined ? {} : { allowOrigin }) }, (message, response) =>
      interceptors.some((intercept) => intercept(message, response)),
    ),
  );
  try {
    const api = createAdmin(server, { token });
    const other = admin === 'same' ? undefined : await listening('--admin-port', () => listen(api, admin));
    if (other === undefined) interceptors.push(api);
    try {
      const adminUrl = `${other?.url ?? server.baseUrl}/admin`;
      await sayReady(context, server, {
        adminUrl,
        ...(hasPlayground ? { playgroundUrl: named(server.baseUrl) + PLAYGROUND_PATH } : {}),
        like,
      });
      if (!io.signal.aborted) await once(io.signal, 'abort');
    } finally {
      other?.close();
    }
  } finally {
    await server.close();
  }
}

/** By a name where there is one: passkeys belong to a domain, and an IP address isn't one. */
const named = (url: string): string => url.replace(/\/\/(?:127\.0\.0\.1|\[::1\])(?=:)/, '//localhost');

async function sayReady(
  { output, io }: Context,
  server: PowerAuthTestServer,
  more: { readonly adminUrl: string; readonly playgroundUrl?: string; readonly like: string },
): Promise<void> {
  const { baseUrl, mobileSdkConfig, configuration } = server;
  const ready = { baseUrl, ...more, mobileSdkConfig, configuration, pid: process.pid, version: VERSION };
  await output.result(ready, JSON.stringify({ ok: true, ...ready }));
  if (io.stderr.isTTY === true) {
    output.note(`PowerAuth test server at ${more.playgroundUrl ?? baseUrl}; Ctrl-C ends it`);
  }
}

/** Starts the admin API at a port of its own. */
async function listen(
  intercept: Interceptor,
  { port, host }: Exclude<AdminPlace, 'same'>,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const http: Server = createServer((message, response) => {
    if (!intercept(message, response)) response.writeHead(404).end();
  });
  http.listen(port, host);
  await once(http, 'listening');
  const { address, port: actual } = http.address() as AddressInfo;
  const close = (): void => {
    http.close();
    http.closeAllConnections();
  };
  return { url: `http://${address.includes(':') ? `[${address}]` : address}:${actual}`, close };
}

/** An address that can't be used is a mistake in the options. */
async function listening<T>(option: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall !== 'listen' && syscall !== 'getaddrinfo') throw error;
    const reason =
      code === 'EADDRINUSE' ? 'the port is in use' : `can't listen there (${code ?? 'unknown reason'})`;
    throw usage(`${option}: ${reason}`);
  }
}
