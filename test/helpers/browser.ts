import type { Browser, BrowserContext, Page } from 'playwright-core';
import { beforeAll, onTestFinished } from 'vitest';
import { launchBrowser, type BrowserName, type BrowserOptions } from '../../tools/lib/browsers.mjs';
import { servePages, type Page as ServedPage, type PageServer } from '../../tools/lib/pages.mjs';

export { launchProfile, type BrowserName } from '../../tools/lib/browsers.mjs';
export { bundleForPage } from '../../tools/lib/pages.mjs';

interface Worker {
  testBrowsers?: Map<string, Promise<Browser>>;
  /** Vitest's own, of which only worker fixtures are documented: `describe` cannot have them. */
  readonly __vitest_worker__?: { readonly onCleanup?: (end: () => Promise<unknown>) => void };
}

const worker = globalThis as Worker;

/**
 * Browsers that run, by name and options. Starting one costs more than most tests, so each worker starts it once, for all
 * of its files, even if a test resets its modules.
 */
const browsers = (worker.testBrowsers ??= new Map<string, Promise<Browser>>());

async function sharedBrowser(name: BrowserName, options: BrowserOptions): Promise<Browser> {
  const key = JSON.stringify([name, options]);
  const running = await browsers.get(key)?.catch(() => undefined);
  if (running?.isConnected() === true) return running;
  const started = launchBrowser(name, options);
  browsers.set(key, started);
  worker.__vitest_worker__?.onCleanup?.(async () => (await started).close());
  return started;
}

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
