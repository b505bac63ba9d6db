/** An origin with a page of the whole client, and an embedded PowerAuth server behind it. */
import type { Frame, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { startPowerAuthTestServer, type PowerAuthTestServer } from '../../../src/testing/index.ts';
import { bundleForPage } from '../../helpers/browser.ts';
import type { FreeTab } from '../../helpers/free-tabs.ts';
import { serveSuite } from '../runtimes/origin.mjs';
import type { PageCall } from '../storage/pages/calls.ts';
import type { ClientCalls } from './pages/client.ts';

type Calls = Readonly<Record<string, (...args: never[]) => unknown>>;

/** A window, or a worker that it has started, in which calls can be made: those of a page's script. */
export type ClientOf<T extends Calls> = <Name extends keyof T>(
  name: Name,
  ...args: Parameters<T[Name]>
) => Promise<Awaited<ReturnType<T[Name]>>>;

/** {@link ClientOf} the script that {@link clientOrigin} serves by default. */
export type Client = ClientOf<ClientCalls>;

/** The calls of a page or of a frame in it, or of its worker of this kind. */
export function clientIn<T extends Calls = ClientCalls>(
  page: Page | Frame,
  kind?: 'worker' | 'service',
): ClientOf<T> {
  return ((name: string, ...args: unknown[]) =>
    page.evaluate(([call, ...rest]) => (globalThis as unknown as { call: PageCall }).call(call, ...rest), [
      kind === undefined ? name : `${kind}:${name}`,
      ...args,
    ] as const)) as ClientOf<T>;
}

/** The calls of a tab that Playwright does not drive. */
export function clientInTab(tab: FreeTab): Client {
  return ((...call: [string, ...unknown[]]) =>
    tab.evaluate(
      (...args) => (globalThis as unknown as { call: PageCall }).call(...args),
      ...call,
    )) as Client;
}

const scripts = new Map<string, Promise<string>>();

function script(name: string, format: 'esm' | 'iife'): Promise<string> {
  const key = `${name} ${format}`;
  const made = scripts.get(key) ?? bundleForPage(new URL(`./pages/${name}.ts`, import.meta.url), { format });
  scripts.set(key, made);
  return made;
}

const pageOf = (src: string): string =>
  `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${src}"></script>`;

/** An origin, and the server behind it. */
export interface ClientOrigin {
  readonly server: PowerAuthTestServer;
  readonly origin: string;
  /** For clients in pages of this origin. */
  readonly configuration: PowerAuthTestServer['configuration'];
}

/**
 * Starts it until the test ends; `/` is the page, `/tokens` one for tokens alone.
 *
 * @param options `page`: its script in `./pages`, default `client`; `host`: `localhost` for passkeys, whose relying party
 *   no IP address can be
 */
export async function clientOrigin({
  page = 'client',
  host = '127.0.0.1',
}: {
  page?: 'client' | 'deconfigure' | 'whole-api';
  host?: '127.0.0.1' | 'localhost';
} = {}): Promise<ClientOrigin> {
  const server = await startPowerAuthTestServer();
  const served = await serveSuite(server, {
    '/': pageOf('/main.js'),
    '/main.js': await script(page, 'esm'),
    '/tokens': pageOf('/tokens.js'),
    '/tokens.js': await script('tokens', 'esm'),
    '/service.js': await script(page, 'iife'),
  });
  onTestFinished(async () => {
    await served.close();
    await server.close();
  });
  const origin = served.origin.replace('127.0.0.1', host);
  return { server, origin, configuration: { ...server.configuration, baseEndpointUrl: origin } };
}
