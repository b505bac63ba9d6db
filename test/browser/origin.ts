/** An origin with a page of the whole client, and an embedded PowerAuth server behind it. */
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { startPowerAuthTestServer, type PowerAuthTestServer } from '../../src/testing/index.ts';
import { bundleForPage } from '../helpers/browser.ts';
import type { FreeTab } from '../helpers/free-tabs.ts';
import { serveSuite } from '../runtimes/origin.mjs';
import type { PageCall } from '../storage/pages/calls.ts';
import type { ClientCalls } from './pages/client.ts';

/** A window, or a worker that it has started, in which calls can be made. */
export type Client = <Name extends keyof ClientCalls>(
  name: Name,
  ...args: Parameters<ClientCalls[Name]>
) => Promise<Awaited<ReturnType<ClientCalls[Name]>>>;

/** The calls of a page, or of its worker of this kind. */
export function clientIn(page: Page, kind?: 'worker' | 'service'): Client {
  return ((name: string, ...args: unknown[]) =>
    page.evaluate(([call, ...rest]) => (globalThis as unknown as { call: PageCall }).call(call, ...rest), [
      kind === undefined ? name : `${kind}:${name}`,
      ...args,
    ] as const)) as Client;
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

function script(format: 'esm' | 'iife'): Promise<string> {
  const made =
    scripts.get(format) ?? bundleForPage(new URL('./pages/client.ts', import.meta.url), { format });
  scripts.set(format, made);
  return made;
}

/** Starts it until the test ends; `/` is the page. */
export async function clientOrigin(): Promise<{
  server: PowerAuthTestServer;
  origin: string;
  configuration: PowerAuthTestServer['configuration'];
}> {
  const server = await startPowerAuthTestServer();
  const served = await serveSuite(server, {
    '/': '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>',
    '/main.js': await script('esm'),
    '/service.js': await script('iife'),
  });
  onTestFinished(async () => {
    await served.close();
    await server.close();
  });
  const { origin } = served;
  return { server, origin, configuration: { ...server.configuration, baseEndpointUrl: origin } };
}
