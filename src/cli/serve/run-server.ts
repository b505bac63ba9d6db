/**
 * Runs the test server until the user ends it.
 *
 * @module
 */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { answerHealth, createAdmin } from '../../testing/admin/http.ts';
import type { Interceptor } from '../../testing/http.ts';
import type { PowerAuthTestServer, PowerAuthTestServerOptions } from '../../testing/index.ts';
import { ender } from '../../testing/connections.ts';
import { startServer } from '../../testing/start.ts';
import { createHttpOrHttps, type Tls } from '../../testing/tls.ts';
import type { Options } from '../command.ts';
import type { Context } from '../context.ts';
import { failure, PowerAuthErrorCode } from '../../errors.ts';
import { usage } from '../failures.ts';
import { VERSION } from '../version.ts';
import { builtPlayground, PLAYGROUND_PATH, servePlayground } from './playground.ts';
import { prepare, readServeConfig, serverOptionsOf } from './config.ts';
import { adminTokenOf, readTls, serveSettings, type AdminPlace } from './settings.ts';

/** Starts it, says that it is ready, and waits for the end. */
export async function runServer(context: Context, options: Options): Promise<void> {
  const { io } = context;
  const settings = serveSettings(options);
  const { port, host, like, state, allowOrigin, admin, hasPlayground } = settings;
  const token = await adminTokenOf(context, settings);
  const tls = await readTls(context, settings);
  const { typedConfig } = context.settings;
  const config = typedConfig === undefined ? undefined : await readServeConfig(typedConfig, io.signal);
  const place = port === 0 ? 'any free port' : `port ${port}`;
  const plan = `would start a server at ${place} of ${host}, like ${like}`;
  if (await context.isDryRun({ port, host, like }, [plan])) return;
  const interceptors: Interceptor[] = [];
  const playground = hasPlayground ? servePlayground(builtPlayground()) : undefined;
  if (playground !== undefined) interceptors.push(playground);
  if (hasPlayground && playground === undefined) throw usage('--playground: this build has no playground');

  const serverOptions: PowerAuthTestServerOptions = {
    port,
    host,
    like,
    ...(state === undefined ? {} : { state }),
    ...(tls === undefined ? {} : { tls }),
    ...(allowOrigin === undefined ? {} : { allowOrigin }),
    ...(config === undefined ? {} : serverOptionsOf(config)),
  };
  const server = await listening('--port, --host', () =>
    withState(state, () =>
      startServer(serverOptions, (message, response) =>
        interceptors.some((intercept) => intercept(message, response)),
      ),
    ),
  );
  try {
    const activations = config === undefined ? [] : prepare(server, config);
    const api = createAdmin(server, { token, protocol: tls === undefined ? 'http' : 'https' });
    const other =
      admin === 'same' ? undefined : await listening('--admin-port', () => listen(api, admin, tls));
    interceptors.push(other === undefined ? api : answerHealth);
    try {
      const adminUrl = `${other?.url ?? server.baseUrl}/admin`;
      await sayReady(context, server, {
        adminUrl,
        ...(hasPlayground ? { playgroundUrl: named(server.baseUrl) + PLAYGROUND_PATH } : {}),
        like,
        activations,
      });
      // Nobody would ever learn where it listens.
      if (context.output.isReaderGone) throw new Error('Cannot write the ready line to stdout (EPIPE)');
      if (!io.signal.aborted) await once(io.signal, 'abort');
    } finally {
      await other?.close();
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
  more: {
    readonly adminUrl: string;
    readonly playgroundUrl?: string;
    readonly like: string;
    readonly activations: readonly object[];
  },
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
  tls: Tls | undefined,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const http = createHttpOrHttps(tls, (message, response) => {
    if (!intercept(message, response)) response.writeHead(404).end();
  });
  const close = ender(http);
  http.listen(port, host);
  await once(http, 'listening');
  const { address, port: actual } = http.address() as AddressInfo;
  const protocol = tls === undefined ? 'http' : 'https';
  return { url: `${protocol}://${address.includes(':') ? `[${address}]` : address}:${actual}`, close };
}

/** A state file that can't be used is like a store that can't. */
async function withState<T>(path: string | undefined, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (path === undefined || isOfNetwork(error) || !(error instanceof Error)) throw error;
    // Node's own message names the file of the lock.
    const { code, syscall } = error as NodeJS.ErrnoException;
    const reason =
      syscall === undefined
        ? error.message.replace(/^state: /, '')
        : `cannot use ${path} (${code ?? 'unknown reason'})`;
    throw failure(PowerAuthErrorCode.UNKNOWN_ERROR, `--state: ${reason}`);
  }
}

const isOfNetwork = (error: unknown): boolean =>
  ['listen', 'getaddrinfo'].includes((error as NodeJS.ErrnoException).syscall ?? '');

/** An address that can't be used is a mistake in the options. */
async function listening<T>(option: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (!isOfNetwork(error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE' ? 'the port is in use' : `can't listen there (${code ?? 'unknown reason'})`;
    throw usage(`${option}: ${reason}`);
  }
}
