/**
 * Tabs of Chromium that Playwright leaves alone. Its own are always visible and awake; these are hidden behind each other
 * as a user's tabs are, can be frozen, and can go to the back/forward cache.
 *
 * @module
 */

import type { Browser } from 'playwright-core';

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A tab, driven over the DevTools protocol alone. */
export interface FreeTab {
  /** One command of the DevTools protocol. */
  send(method: string, params?: object): Promise<unknown>;
  /** Runs a function in the page and answers what it resolves with. */
  evaluate<T, A extends unknown[]>(work: (...args: A) => T | Promise<T>, ...args: A): Promise<T>;
}

/** Opens such tabs, in a profile of their own that ends with the browser. The last one that was opened is in front. */
export async function freeTabs(
  browser: Browser,
): Promise<{ open(url: string): Promise<FreeTab>; close(): Promise<void> }> {
  const root = await browser.newBrowserCDPSession();
  // Playwright lets go of tabs in profiles that it did not make.
  const { browserContextId } = await root.send('Target.createBrowserContext');
  const pending = new Map<number, (reply: Reply) => void>();
  let count = 0;
  root.on('Target.receivedMessageFromTarget', ({ message }) => {
    const reply = JSON.parse(message) as Reply;
    if (reply.id === undefined) return;
    pending.get(reply.id)?.(reply);
    pending.delete(reply.id);
  });

  const open = async (url: string): Promise<FreeTab> => {
    const { targetId } = await root.send('Target.createTarget', { url: 'about:blank', browserContextId });
    const { sessionId } = await root.send('Target.attachToTarget', { targetId, flatten: false });
    const send = async (method: string, params = {}): Promise<unknown> => {
      const id = ++count;
      const reply = new Promise<Reply>((resolve) => pending.set(id, resolve));
      await root.send('Target.sendMessageToTarget', {
        sessionId,
        message: JSON.stringify({ id, method, params }),
      });
      const { result, error } = await reply;
      if (error !== undefined) throw new Error(`${method}: ${error.message}`);
      return result;
    };
    const evaluate = async <T, A extends unknown[]>(
      work: (...args: A) => T | Promise<T>,
      ...args: A
    ): Promise<T> => {
      const { result, exceptionDetails } = (await send('Runtime.evaluate', {
        expression: `(${work.toString()})(...${JSON.stringify(args)})`,
        awaitPromise: true,
        returnByValue: true,
      })) as {
        result: { value: T };
        exceptionDetails?: { text: string; exception?: { description?: string } };
      };
      if (exceptionDetails === undefined) return result.value;
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    };
    const tab = { send, evaluate };
    await navigate(tab, url);
    return tab;
  };
  return {
    open,
    close: async () => {
      await root.send('Target.disposeBrowserContext', { browserContextId });
    },
  };
}

async function until(isThere: () => Promise<boolean>): Promise<void> {
  for (;;) {
    // A call in the moment of navigation fails.
    if (await isThere().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Goes to another page and waits until it is loaded. */
export async function navigate(tab: FreeTab, url: string): Promise<void> {
  await tab.send('Page.navigate', { url });
  await until(() =>
    tab.evaluate(
      (target) => document.readyState === 'complete' && location.href === new URL(target).href,
      url,
    ),
  );
}

/** Goes back by one page, and waits until it is loaded, or back from the cache. */
export async function goBack(tab: FreeTab): Promise<void> {
  const { currentIndex, entries } = (await tab.send('Page.getNavigationHistory')) as {
    currentIndex: number;
    entries: { id: number; url: string }[];
  };
  const entry = entries[currentIndex - 1];
  if (entry === undefined) throw new Error('there is nothing to go back to');
  await tab.send('Page.navigateToHistoryEntry', { entryId: entry.id });
  await until(() =>
    tab.evaluate((url) => document.readyState === 'complete' && location.href === url, entry.url),
  );
}
