/** The contract, kept on IndexedDB in real browsers, in each kind of page and worker that can use it. */
import { beforeAll, expect, test } from 'vitest';
import { bundleForPage, testPages, useBrowser } from '../../../helpers/browser.ts';
import { DEEP } from '../../../helpers/deep.ts';
import { describeWith } from '../../../helpers/programs.ts';
import type { PageCall } from '../pages/calls.ts';

const ALL = ['window', 'worker', 'shared', 'service'];

/** Where it is run. */
const KINDS = DEEP ? { chromium: ALL, firefox: ALL } : { chromium: ['service'], firefox: ['window'] };

for (const browser of ['chromium', 'firefox'] as const) {
  describeWith(browser, `in ${browser}`, () => {
    const shared = useBrowser(browser);
    let pages: Record<string, string>;
    beforeAll(async () => {
      const entry = new URL('../pages/contract.ts', import.meta.url);
      pages = {
        '/': '<!doctype html><script type="module" src="/main.js"></script>',
        '/main.js': await bundleForPage(entry),
        '/service.js': await bundleForPage(entry, { format: 'iife' }),
      };
    });

    test.each(KINDS[browser])(
      'keeps the contract in a %s',
      async (kind) => {
        const { origin } = await testPages(pages);
        const page = await shared.page(origin);
        const results = (await page.evaluate(
          (name) => (globalThis as unknown as { call: PageCall }).call(name),
          kind === 'window' ? 'runContract' : `${kind}:runContract`,
        )) as { title: string; error?: string }[];
        expect(
          results.flatMap(({ title, error }) => (error === undefined ? [] : [`${title}: ${error}`])),
        ).toEqual([]);
        expect(results.length).toBeGreaterThan(40);
      },
      120_000,
    );
  });
}
