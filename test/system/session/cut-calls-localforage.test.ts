/** The storage is that of a page; the session is here, so that its moments can be forced. */

import { beforeAll, describe, vi } from 'vitest';
import * as platform from '#platform';
import type { PowerAuthStorage } from '../../../src/index.ts';
import { servePages } from '../../helpers/pages.mjs';
import { bundleForPage, useBrowser } from '../../helpers/browser.ts';
import { storagesOf } from '../../helpers/page-storage.ts';
import { describeWith } from '../../helpers/programs.ts';
import { changing, cutCalls, few } from './cut-calls.ts';

/** Has the instance open its storage by itself, as the default one. */
const openOwn = (open: () => PowerAuthStorage): void =>
  void vi.spyOn(platform, 'defaultStorage').mockImplementation(open);

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
    return async () => {
      await page.close();
      await pages.close();
    };
  });
  const openDatabase = (): (() => PowerAuthStorage) => {
    const name = `cut-${++databases}`;
    return () => open(name);
  };

  describe('opened by the instance', () => {
    cutCalls(async () => ({ open: openDatabase(), openOwn }), 19, changing);
  });

  describe('given by the application', () => {
    cutCalls(async () => ({ open: openDatabase() }), 23, few);
  });
});
