import type { Browser, BrowserContext, Page } from 'playwright-core';
import { beforeAll, onTestFinished } from 'vitest';
import { launchBrowser, type BrowserName, type BrowserOptions } from './browsers.mjs';
import { servePages, type Page as ServedPage, type PageServer } from './pages.mjs';
import { sharedInWorker } from './worker.ts';

export { launchProfile, type BrowserName } from './browsers.mjs';
export { bundleForPage } from './pages.mjs';

const sharedBrowser = (name: BrowserName, options: BrowserOptions): Promise<Browser> =>
  sharedInWorker(JSON.stringify([name, options]), {
    start: () => launchBrowser(name, options),
    end: (browser) => browser.close(),
    isAlive: (browser) => browser.isConnected(),
  });

/** A browser that tests share. */
export interface SharedBrowser {
  readonly browser: Browser;
  /** A new profile in it, which ends with the test: cookies, IndexedDB and locks are those of its own tabs alone. */
  context(): Promise<BrowserContext>;
  /** A tab in a new profile, or in `context`. What the page throws by itself makes the test fail. */
  page(url: string, context?: BrowserContext): Promise<Page>;
}

/** Inside a `describe`: has a browser ready for its tests, which leave nothing behind in it. */
export function useBrowser(name: BrowserName, options: BrowserOptions = {}): SharedBrowser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await sharedBrowser(name, options);
  }, 90_000);
  const running = (): Browser => {
    if (browser === undefined) throw new Error('The browser runs inside tests only');
    return browser;
  };
  const context = async (): Promise<BrowserContext> => {
    const made = await running().newContext();
    onTestFinished(() => made.close());
    return made;
  };
  return {
    get browser() {
      return running();
    },
    context,
    page: async (url, within) => {
      const page = await (within ?? (await context())).newPage();
      const errors: Error[] = [];
      page.on('pageerror', (error) => {
        // Firefox reports what a policy forbids in the same way; the page need not have thrown anything.
        if (error.name !== 'Content-Security-Policy') errors.push(error);
      });
      onTestFinished(() => {
        if (errors.length > 0) throw new AggregateError(errors, `the page threw: ${errors.join('; ')}`);
      });
      await page.goto(url);
      return page;
    },
  };
}

/** Serves pages until the test ends; see {@link servePages}. */
export async function testPages(
  content: string | Record<string, ServedPage>,
  options?: { readonly headers?: Record<string, string> },
): Promise<PageServer> {
  const server = await servePages(content, options);
  onTestFinished(() => server.close());
  return server;
}
