/** The playground, walked through in Chromium and Firefox with the keyboard alone. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { addAuthenticator } from '../../helpers/authenticator.ts';
import { useBrowser } from '../../helpers/browser.ts';
import { describeWith } from '../../helpers/programs.ts';
import { startPlayground } from './serve.ts';
import { expectText, findings, isVisible, Keyboard, PATIENCE, watch } from './visitor.ts';

const PASSWORD = 'correct horse';

const textOf = async (page: Page, id: string): Promise<string> => (await page.textContent(`#${id}`)) ?? '';

for (const browser of ['chromium', 'firefox'] as const) {
  describeWith(browser, `the playground in ${browser}`, () => {
    const shared = useBrowser(browser);

    test('an activation that a page has left before the commit of the bank is committed by the next', async () => {
      const page = await (await shared.context()).newPage();
      await page.goto(await startPlayground());
      const commits = '**/admin/activations/*/commit';
      await page.route(commits, (route) => route.abort());
      await page.click('#get-code');
      await expect.poll(() => page.inputValue('#code'), PATIENCE).not.toBe('');
      await page.fill('#new-password', PASSWORD);
      await page.click('#activate-button');
      await expectText(page, 'activation-state', /^PENDING_COMMIT$/);
      await page.unroute(commits);
      await page.reload();
      await expectText(page, 'activation-state', /^ACTIVE$/);
    });

    test('from the activation to two tabs', async () => {
      const url = await startPlayground();
      const context = await shared.context();
      const page = await context.newPage();
      const { origins, complaints } = await watch(page);
      await page.goto(url);
      const authenticator = browser === 'chromium' ? await addAuthenticator(page) : undefined;
      const keyboard = new Keyboard(page);

      await isVisible(page, 'activate');
      expect(await findings(page)).toEqual([]);

      await keyboard.press('get-code');
      await expect.poll(() => page.inputValue('#code'), PATIENCE).toMatch(/^[A-Z2-7]{5}-.*#/);
      await keyboard.write('new-password', PASSWORD);
      await page.keyboard.press('Enter');
      await expectText(page, 'activation-state', /^ACTIVE$/);
      await expectText(page, 'server-state', /^ACTIVE$/);
      // What had the focus is gone.
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('activation-title');

      if (authenticator !== undefined) {
        await keyboard.to('passkey-password');
        await page.keyboard.press('Enter');
        await expectText(page, 'passkey-state', /^on$/);
        expect(await authenticator.count()).toBe(1);
      } else await isVisible(page, 'passkey-unavailable');

      await keyboard.press('get-token');
      await isVisible(page, 'token-there');
      await keyboard.press('call-service', 'Space');
      await expectText(page, 'token-result', /answered 200/);

      // The page computes what the engine has made.
      await keyboard.press('make-header');
      await isVisible(page, 'header-lab');
      await expectText(page, 'digest-note', /WebCrypto has computed here/);
      const made = await textOf(page, 'header-text');
      expect(made).toMatch(/^PowerAuth version="3\.3", token_id="[^"]+", token_digest="[^"]{44}", nonce="/);
      expect(await textOf(page, 'secret')).toBe('•'.repeat(32));
      await keyboard.press('reveal');
      await expectText(page, 'secret', /^[0-9a-f]{32}$/);
      await keyboard.press('reveal');
      await expectText(page, 'secret', /^•{32}$/);
      await keyboard.press('ask-server');
      await expectText(page, 'header-result', /^✓Accepted/);
      await keyboard.press('ask-server');
      await expectText(page, 'header-result', /^✕Refused.*seen this nonce before/);
      // Another nonce has another digest, which the server accepts; the old digest it doesn't.
      const digest = await textOf(page, 'digest-hex');
      await keyboard.write('nonce', '00112233445566778899aabbccddeeff');
      await expect.poll(() => textOf(page, 'digest-hex'), PATIENCE).not.toBe(digest);
      expect(await textOf(page, 'hashed')).toContain('nonce, 16 bytes: 00112233445566778899aabbccddeeff');
      await keyboard.press('keep-digest', 'Space');
      await keyboard.press('ask-server');
      await expectText(page, 'header-result', /^✕Refused.*digest belongs to another/);
      await keyboard.press('new-nonce');
      await keyboard.press('keep-digest', 'Space');
      await keyboard.press('ask-server');
      await expectText(page, 'header-result', /^✓Accepted/);
      await keyboard.press('time-old');
      await keyboard.press('ask-server');
      await expectText(page, 'header-result', /^✕Refused.*seen this nonce before|too old/);

      // A signature, sent as it was signed, and then not.
      await keyboard.press('sign-button');
      await expectText(page, 'signed-parts', /pa_signature.*possession [0-9a-f]{32}/s);
      expect(await textOf(page, 'signed-data')).toMatch(/^POST&L2FwaS9[^&]+&[^&]{24}&[^&]+&•{24}$/);
      await keyboard.press('send-signed');
      await expectText(page, 'signed-result', /^✓Accepted: the server saw possession\./);
      await keyboard.press('sign-button');
      await expectText(page, 'signed-result', /Signed/);
      await keyboard.write('sign-body', '{"to":"Eve","amount":100}');
      await keyboard.press('send-signed');
      await expectText(page, 'signed-result', /^✕Refused with 401/);
      if (authenticator !== undefined) {
        await keyboard.to('factors-possession');
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('ArrowDown');
        await keyboard.press('sign-button');
        await expectText(page, 'signed-parts', /possession_biometry|possession and biometry/);
        await keyboard.press('send-signed');
        await expectText(page, 'signed-result', /^✓Accepted: the server saw possession and biometry/);
      }

      // An encrypted one in activation scope.
      await keyboard.to('scope-application');
      await page.keyboard.press('ArrowDown');
      await keyboard.write('plaintext', 'Grüße');
      await keyboard.press('encrypt-button');
      await expectText(page, 'encrypted-result', /^✓The server has decrypted it/);
      expect(await textOf(page, 'decrypted')).toBe('Grüße');
      expect(await textOf(page, 'encrypted-header')).toMatch(/application_key=".*activation_id="/);
      expect(await textOf(page, 'encrypted-request')).toMatch(/ephemeralPublicKey\S{44}33 bytes/);

      // Signed first, then encrypted; a wrong password is one of the reasons given.
      if (browser === 'chromium') {
        await keyboard.to('scope-activation');
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('ArrowDown');
        await keyboard.write('encrypt-password', 'a wrong one');
        await keyboard.press('encrypt-button');
        await expectText(page, 'encrypted-result', /^✕Refused with 401\. Content, password or counter/);
        await keyboard.write('encrypt-password', PASSWORD);
        await keyboard.press('encrypt-button');
        await expectText(page, 'encrypted-result', /^✓The server has decrypted it/);
        expect(await textOf(page, 'encrypted-header')).toMatch(/pa_signature_type="possession_knowledge"/);
      }

      await keyboard.press('measure');
      for (const row of ['wasm-simd', 'wasm-scalar', 'js', 'WebCrypto'])
        await expectText(page, 'engine-rows', new RegExp(`${row}[1-9][\\d,]*\\d`));
      expect(await page.locator('#chart polyline').count()).toBe(4);
      await keyboard.press('measure');
      await expectText(page, 'measure', /^Measure$/);

      // Faults, seen.
      if (browser === 'chromium') {
        await keyboard.press('fault-foreign', 'Space');
        await expectText(page, 'faults-state', /^1 on$/);
        await keyboard.press('call-service');
        await expectText(page, 'token-result', /^✕Something else has answered 200/);
        await keyboard.press('fault-lost-answer', 'Space');
        await expectText(page, 'faults-result', /^✕Answers get lost: on\. 1 fault/);
        await keyboard.press('call-service');
        await expectText(page, 'token-result', /^✕No answer arrived/);
      }
      await keyboard.press('fault-unavailable', 'Space');
      await expectText(page, 'faults-result', /^✕Server unavailable: on/);
      await expectText(page, 'faults-state', /^1 on$/);
      expect(await page.getAttribute('#fault-unavailable', 'aria-checked')).toBe('true');
      await keyboard.press('call-service');
      await expectText(page, 'token-result', /answered 503/);
      for (const scheme of ['dark', 'light']) {
        await keyboard.press('scheme');
        expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe(
          scheme,
        );
        expect(await findings(page), scheme).toEqual([]);
      }
      await keyboard.press('fault-unavailable', 'Space');
      await expectText(page, 'faults-result', /Nothing is wrong now/);

      // The server will skip the step of a refused signature.
      await keyboard.press('sign-button');
      await keyboard.write('sign-body', '{"to":"Mallory"}');
      await keyboard.press('send-signed');
      await expectText(page, 'signed-result', /^✕Refused with 401/);

      // Another tab is the same client.
      const other = await context.newPage();
      const otherWatch = await watch(other);
      await other.goto(url);
      await expectText(other, 'token-id', new RegExp(`^${await textOf(page, 'token-id')}$`));
      await expectText(other, 'tab-list', /^Tab 1Tab 2, this one$/);
      await expectText(page, 'tab-log', /Tab 2opened/);
      await new Keyboard(other).press('race');
      await expectText(other, 'tabs-result', /^✓10 of 10 requests of 2 tabs accepted.*skipped [12] step/);
      const numbers = /from (\d+) to (\d+).*skipped (\d)/.exec(await textOf(other, 'tabs-result')) ?? [];
      const [, from = 0, to = 0, skipped = 0] = numbers.map(Number);
      expect(to - from).toBe(10 + skipped);
      await new Keyboard(other).press('fault-clock', 'Space');
      await expect.poll(() => page.getAttribute('#fault-clock', 'aria-checked'), PATIENCE).toBe('true');
      await new Keyboard(other).press('remove-token');
      await isVisible(page, 'token-none');
      await expectText(page, 'tab-log', /Tab 2removed the token/);
      await other.close();
      await expectText(page, 'tab-list', /^Tab 1, this one$/);

      expect([...origins, ...otherWatch.origins]).toEqual([new URL(url).origin, new URL(url).origin]);
      expect([...complaints, ...otherWatch.complaints]).toEqual([]);
    }, 90_000);
  });
}
