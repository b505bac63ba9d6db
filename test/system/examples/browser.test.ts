/** The example for browsers, bundled in each way and used in Chromium as a user would. */
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { addAuthenticator } from '../../helpers/authenticator.ts';
import { useBrowser } from '../../helpers/browser.ts';
import { describeWith } from '../../helpers/programs.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

interface Example {
  readonly startExample: (options: {
    readonly bundler: string;
    readonly outdir: string;
  }) => Promise<{ readonly url: string; readonly close: () => Promise<void> }>;
}

const loadExample = (): Promise<Example> =>
  import(new URL('../../../examples/browser/server.mjs', import.meta.url).href) as Promise<Example>;

describeWith('chromium', 'the example for browsers', () => {
  const shared = useBrowser('chromium');

  const visible = (page: Page, id: string): Promise<unknown> => page.waitForSelector(`#${id}:visible`);
  const press = async (page: Page, id: string, shows: string): Promise<void> => {
    await page.click(`#${id}`);
    await visible(page, shows);
  };

  test.each(['esbuild', 'vite'])(
    'bundled by %s',
    async (bundler) => {
      const { startExample } = await loadExample();
      const { url, close } = await startExample({ bundler, outdir: await temporaryFolder() });
      onTestFinished(close);
      const context = await shared.context();
      const page = await shared.page(url, context);
      const authenticator = await addAuthenticator(page);

      await visible(page, 'activate');
      await page.click('#get-code');
      await page.waitForFunction(() => /^[A-Z2-7]{5}-.*#/.test(document.querySelector('input')?.value ?? ''));
      await page.fill('#password', 'correct horse');
      await page.click('text=Activate >> nth=-1');
      await visible(page, 'activation');
      // The server is asked for it.
      await page.waitForFunction(() => document.querySelector('#state')?.textContent === 'ACTIVE');

      await press(page, 'get-token', 'call');
      await press(page, 'call', 'header');
      expect(await page.textContent('#header')).toMatch(/^PowerAuth version="3\.3", token_id="/);
      expect(await page.textContent('#log')).toContain('The service answered 200');
      await press(page, 'measure', 'rate');

      // A wrong password makes no passkey; the right one does, and it signs.
      await page.fill('#biometry-password', 'wrong password');
      await page.click('#add-biometry button');
      await page.waitForFunction(() => document.body.textContent.includes('AUTHENTICATION_ERROR'));
      expect(await authenticator.count()).toBe(0);
      await page.fill('#biometry-password', 'correct horse');
      await page.click('#add-biometry button');
      await visible(page, 'pay');
      expect(await page.inputValue('#biometry-password')).toBe('');
      expect(await authenticator.count()).toBe(1);
      await page.click('#pay');
      await page.waitForFunction(() => document.body.textContent.includes('possession_biometry'));

      // What was stored is there after a reload, and in another tab.
      await page.reload();
      await visible(page, 'call');
      const other = await shared.page(url, context);
      await visible(other, 'call');
      expect(await other.textContent('#token-id')).toBe(await page.textContent('#token-id'));
      await press(other, 'call', 'header');
      await visible(other, 'pay');

      // What one removes is gone in the other.
      await press(page, 'remove-token', 'get-token');
      await visible(other, 'get-token');
      expect(await other.textContent('#log')).toContain('another tab removed it');
      await page.click('#remove-biometry');
      await visible(page, 'add-biometry');
      expect(await authenticator.count()).toBe(0);
      // The other tab's device has no authenticator.
      await other.waitForFunction(() => document.body.textContent.includes('unavailable'));
      // Possession alone removes nothing on a server.
      await other.fill('#removal-password', 'wrong password');
      await other.click('#deactivate');
      await other.waitForFunction(() => document.body.textContent.includes('AUTHENTICATION_ERROR'));
      await other.fill('#removal-password', 'correct horse');
      await press(other, 'deactivate', 'activate');
      expect(await other.textContent('#log')).toContain('are removed here and on the server');
      await visible(page, 'activate');
    },
    60_000,
  );
});
