/** Redirects in a browser, which hides them from pages. */
import { expect, test } from 'vitest';
import { bundleForPage, testPages, useBrowser } from '../../helpers/browser.ts';
import { testOrigin } from '../../helpers/origin.ts';
import { describeWith } from '../../helpers/programs.ts';

const PAGE = new URL('./pages/fetch.ts', import.meta.url);

for (const name of ['chromium', 'firefox'] as const) {
  describeWith(name, `powerAuthFetch in ${name}`, () => {
    const shared = useBrowser(name);

    test('follows no redirect, because a header would go along', async () => {
      const script = await bundleForPage(PAGE);
      const { origin } = await testPages({
        '/': '<script type="module" src="/page.js"></script>',
        '/page.js': script,
      });
      const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
      const other = await testOrigin(() => ({ headers: cors }));
      const bank = await testOrigin(({ url, method }) =>
        url === '/redirect' && method !== 'OPTIONS'
          ? { status: 302, headers: { ...cors, location: other.url } }
          : { headers: cors },
      );
      const page = await shared.page(`${origin}/`);
      await page.waitForFunction(() => 'ask' in globalThis);
      const ask = (path: string, redirect?: string): Promise<unknown> =>
        page.evaluate(
          ([url, sent, mode]) =>
            (globalThis as unknown as { ask(...args: unknown[]): Promise<unknown> }).ask(url, sent, mode),
          [bank.url, path, redirect] as const,
        );
      expect(await ask('/plain')).toBe(200);
      expect(await ask('/redirect')).toBe('NETWORK_ERROR');
      expect(await ask('/redirect', 'manual')).toBe('opaqueredirect');
      expect(await ask('/redirect', 'error')).toBe('TypeError');
      expect(other.arrived).toEqual([]);
    }, 60_000);
  });
}
