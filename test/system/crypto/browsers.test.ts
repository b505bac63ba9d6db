/** The implementation that browsers get, in browsers. */
import { expect, test } from 'vitest';
import { cryptoChecks, WYCHEPROOF, type WycheproofFiles } from '../../conformance/crypto.ts';
import * as web from '../../../src/crypto/web.ts';
import { bundleForPage, testPages, useBrowser } from '../../helpers/browser.ts';
import { describeWith } from '../../helpers/programs.ts';
import { vectors } from '../../helpers/vectors.ts';
import type { Outcome } from './pages/checks.ts';

declare const runChecks: () => Promise<Outcome>;

const files = Object.fromEntries(
  WYCHEPROOF.map((name) => [name, vectors(`wycheproof/${name}_test.json`)]),
) as WycheproofFiles;

for (const browser of ['chromium', 'firefox'] as const) {
  describeWith(browser, `in ${browser}`, () => {
    const shared = useBrowser(browser);

    test('all holds that holds in Node', async () => {
      const { origin } = await testPages({
        '/': '<!doctype html><script type="module" src="/main.js"></script>',
        '/main.js': await bundleForPage(new URL('./pages/checks.ts', import.meta.url)),
        '/vectors.json': JSON.stringify(files),
      });
      const page = await shared.page(origin);
      const outcome = await page.evaluate(() => runChecks());
      expect(outcome).toEqual(cryptoChecks(web, files).map(({ title }) => ({ title })));
    });
  });
}
