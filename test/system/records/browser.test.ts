/** Records in IndexedDB, and the key that a database keeps. */
import { expect, test } from 'vitest';
import { bundleForPage, testPages, useBrowser } from '../../helpers/browser.ts';
import { describeWith } from '../../helpers/programs.ts';
import type { resealInPage as ResealInPage } from './pages/records.ts';

declare const resealInPage: typeof ResealInPage;

for (const browser of ['chromium', 'firefox'] as const) {
  describeWith(browser, `in ${browser}`, () => {
    const shared = useBrowser(browser);

    test('a store is listed, copied, and sealed again under another key of its own', async () => {
      const { origin } = await testPages({
        '/': '<!doctype html><script type="module" src="/main.js"></script>',
        '/main.js': await bundleForPage(new URL('./pages/records.ts', import.meta.url)),
      });
      const page = await shared.page(origin);
      const names = ['api', '\u{1f600}', '\ud83d'].sort();
      // A lone surrogate may not outlive its way from the browser.
      const seen = JSON.parse(
        await page.evaluate(async () => JSON.stringify(await resealInPage())),
      ) as object;
      expect(seen).toEqual({
        failed: 'UNKNOWN_ERROR',
        keysMeanwhile: 2,
        halfWay: names,
        done: 3,
        extractable: false,
        underNewKey: [...names, 'made afterwards'].sort(),
        underOldKey: ['unreadable', 'unreadable', 'unreadable', 'unreadable'],
        copied: { copied: 4, equal: 0, skipped: 0, unreadable: 0 },
        copy: [...names, 'made afterwards'].sort(),
      });
    });
  });
}
