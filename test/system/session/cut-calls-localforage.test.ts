/** The storage is that of a page; the session is here, so that its moments can be forced. */

import { beforeAll, describe, vi } from 'vitest';
import type { PowerAuthStorage } from '../../../src/index.ts';
import { servePages } from '../../../tools/lib/pages.mjs';
import { bundleForPage, useBrowser } from '../../helpers/browser.ts';
import { storagesOf } from '../../helpers/page-storage.ts';
import { describeWith } from '../../helpers/programs.ts';
import { changing, cutCalls } from './cut-calls.ts';

const own = vi.hoisted(() => ({ open: (): PowerAuthStorage | undefined => undefined }));

// The default storage, with moments.
vi.mock('#platform', async (importOriginal) => ({
  ...(await importOriginal<typeof import('../../../src/platform/node.ts')>()),
  defaultStorage: () => own.open(),
}));

describeWith('chromium', 'on IndexedDB in Chromium', () => {
  const chromium = useBrowser('chromium');
  let open: (name: string) => PowerAuthStorage;
  let databases = 0;
  beforeAll(async () => {
    const script = await bundleForPage(new URL('../storage/pages/driver.ts', import.meta.url));
    const html = '<!doctype html><script type="module" src="/main.js"></script>';
    const pages = await servePages({ '/': html, '/main.js': script });
    const page = await chromium.browser.newPage();
    await page.goto(pages.origin);
    open = await storagesOf(page);
    return () => pages.close();
  });
  const openDatabase = (): (() => PowerAuthStorage) => {
    const name = `cut-${++databases}`;
    return () => open(name);
  };

  describe('opened by the instance', () => {
    cutCalls(async () => ({ open: openDatabase(), openOwn: (open) => (own.open = open) }), 19, changing);
  });

  describe('given by the application', () => {
    cutCalls(async () => ({ open: openDatabase() }), 23, changing);
  });
});
