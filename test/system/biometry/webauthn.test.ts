/** Passkeys with the PRF extension, in Chromium with its virtual authenticator. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { addAuthenticator, type VirtualAuthenticatorOptions } from '../../helpers/authenticator.ts';
import { bundleForPage, testPages, useBrowser } from '../../helpers/browser.ts';
import { describeWith } from '../../helpers/programs.ts';
import type { PageCall } from '../storage/pages/calls.ts';
import type { Outcome } from './pages/provider.ts';

interface Made {
  readonly secret: readonly number[];
  readonly descriptor: readonly number[];
}

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

describeWith('chromium', 'webAuthnBiometry in Chromium', () => {
  const chromium = useBrowser('chromium');
  let pages: Record<string, string>;
  beforeAll(async () => {
    pages = {
      '/': '<!doctype html><script type="module" src="/main.js"></script>',
      '/main.js': await bundleForPage(new URL('./pages/provider.ts', import.meta.url)),
    };
  });

  /** A page of `localhost`, because an IP address is no relying party. */
  async function open(headers?: Record<string, string>): Promise<Page> {
    const { origin } = await testPages(pages, headers === undefined ? {} : { headers });
    return chromium.page(origin.replace('127.0.0.1', 'localhost'));
  }
  const call = (page: Page, name: string, ...args: unknown[]) =>
    page.evaluate(([n, a]) => (globalThis as unknown as { call: PageCall }).call(n, ...a), [
      name,
      args,
    ] as const);
  const outcome = async (page: Page, name: string, ...args: unknown[]) =>
    (await call(page, name, ...args)) as Outcome;
  const made = async (page: Page, ...args: unknown[]) => {
    const result = await outcome(page, 'create', ...args);
    if (!('value' in result)) throw new Error(`not made: ${JSON.stringify(result)}`);
    return result.value as Made;
  };
  async function withAuthenticator(options?: VirtualAuthenticatorOptions) {
    const page = await open();
    const authenticator = await addAuthenticator(page, options);
    await page.exposeFunction('touch', authenticator.touch);
    return { page, authenticator };
  }

  test.each([
    ['answers the salt when a passkey is made', {}],
    ['answers the salt only when a passkey is used', { hasPrf: false, hasHmacSecret: true }],
    ['keeps no discoverable passkeys', { hasResidentKey: false }],
  ] satisfies [string, VirtualAuthenticatorOptions][])(
    'keeps the contract where the authenticator %s',
    async (_, options) => {
      const { page } = await withAuthenticator(options);
      const results = (await call(page, 'runSuite')) as { title: string; error?: string }[];
      expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
      expect(results.length).toBeGreaterThanOrEqual(9);
    },
    60_000,
  );

  test('a secret lasts as long as its passkey, over pages of the origin, and is in no descriptor', async () => {
    const { page, authenticator } = await withAuthenticator();
    const { secret, descriptor } = await made(page, { rpName: 'My Bank', userName: 'alice' });
    expect(JSON.parse(String.fromCharCode(...descriptor))).toEqual({
      version: 1,
      rpId: 'localhost',
      credentialId: matching(/^[\w-]{20,}$/),
      salt: matching(/^[\w-]{43}$/),
      transports: ['internal'],
    });
    await page.reload();
    expect(await outcome(page, 'authenticate', descriptor)).toEqual({ value: secret });
    expect(await authenticator.count()).toBe(1);
    await call(page, 'remove', descriptor);
    expect(await authenticator.count()).toBe(0);
  });

  test('a user who is not recognised, leaves the dialog or deleted the passkey: BIOMETRY_CANCEL, as far as a browser tells', async () => {
    const { page, authenticator } = await withAuthenticator();
    const { secret, descriptor } = await made(page);
    const cancelled = {
      code: 'BIOMETRY_CANCEL',
      cause: 'NotAllowedError',
      message: matching(/^The dialog for the passkey ended/),
    };
    await call(page, 'refuse', true);
    expect(await outcome(page, 'create')).toEqual(cancelled);
    expect(await outcome(page, 'authenticate', descriptor)).toEqual(cancelled);
    await call(page, 'refuse', false);
    expect(await outcome(page, 'authenticate', descriptor)).toEqual({ value: secret });
    await authenticator.clear();
    expect(await outcome(page, 'authenticate', descriptor)).toEqual(cancelled);
    await authenticator.refuseUser();
    expect(await outcome(page, 'create')).toEqual(cancelled);
    expect(await authenticator.count()).toBe(0);
  });

  test('a dialog is taken away when nobody waits for it, and the next one can be opened', async () => {
    const { page, authenticator } = await withAuthenticator();
    const { secret, descriptor } = await made(page);
    await authenticator.touch(false);
    expect(await outcome(page, 'authenticate', descriptor, 100)).toMatchObject({
      message: matching(/timed out/),
    });
    expect(await outcome(page, 'create', {}, 100)).toMatchObject({ message: matching(/timed out/) });
    await authenticator.touch(true);
    expect(await outcome(page, 'authenticate', descriptor)).toEqual({ value: secret });
    expect(await authenticator.count()).toBe(1);
  });

  test('an authenticator without PRF: BIOMETRY_NOT_SUPPORTED, and no passkey is left on it', async () => {
    const { page, authenticator } = await withAuthenticator({ hasPrf: false });
    expect(await outcome(page, 'create')).toMatchObject({ code: 'BIOMETRY_NOT_SUPPORTED' });
    expect(await authenticator.count()).toBe(0);
  });

  test('a user who refuses to use the new passkey leaves none behind', async () => {
    const { page, authenticator } = await withAuthenticator({ hasPrf: false, hasHmacSecret: true });
    // Between the two dialogs of one `create`, when the passkey is made and not yet used.
    await page.exposeFunction('refuseNow', authenticator.refuseUser);
    await page.evaluate(() => {
      const { credentials } = navigator;
      const get = credentials.get.bind(credentials);
      credentials.get = async (options) => {
        await (globalThis as unknown as { refuseNow: () => Promise<void> }).refuseNow();
        return get(options);
      };
    });
    expect(await outcome(page, 'create')).toMatchObject({ code: 'BIOMETRY_CANCEL' });
    expect(await authenticator.count()).toBe(0);
  });

  test('an authenticator that did not verify the user: BIOMETRY_FAILED, and no secret', async () => {
    const { page, authenticator } = await withAuthenticator();
    const { descriptor } = await made(page);
    await authenticator.denyVerification();
    const failed = { code: 'BIOMETRY_FAILED', message: matching(/an authenticator that verified the user/) };
    expect(await outcome(page, 'authenticate', descriptor)).toMatchObject(failed);
  });

  test('a relying party that the page does not belong to: BIOMETRY_NOT_AVAILABLE', async () => {
    const { page } = await withAuthenticator();
    expect(await outcome(page, 'create', { rpId: 'bank.example' })).toMatchObject({
      code: 'BIOMETRY_NOT_AVAILABLE',
      cause: 'SecurityError',
    });
  });

  test('a page that may not use passkeys by its permissions policy: an error', async () => {
    const page = await open({
      'permissions-policy': 'publickey-credentials-create=(), publickey-credentials-get=()',
    });
    await addAuthenticator(page);
    expect(await outcome(page, 'create')).toMatchObject({ code: matching(/^BIOMETRY_/) });
  });

  test('says what there is', async () => {
    const { page, authenticator } = await withAuthenticator();
    const info = () => call(page, 'info');
    expect(await info()).toEqual({ isAvailable: true, biometryType: 'GENERIC', canAuthenticate: 'OK' });
    await authenticator.remove();
    const notEnrolled = { isAvailable: false, biometryType: 'GENERIC', canAuthenticate: 'NOT_ENROLLED' };
    expect(await info()).toEqual(notEnrolled);
    await addAuthenticator(page, { transport: 'usb' });
    expect(await info()).toEqual(notEnrolled);
    expect(await call(page, 'info', { authenticator: 'any' })).toMatchObject({ canAuthenticate: 'OK' });
    await page.evaluate(() => {
      PublicKeyCredential.getClientCapabilities = async () => ({ 'extension:prf': false });
    });
    const notSupported = { isAvailable: false, biometryType: 'NONE', canAuthenticate: 'NOT_SUPPORTED' };
    expect(await info()).toEqual(notSupported);
    await page.evaluate(() => {
      Reflect.deleteProperty(PublicKeyCredential, 'getClientCapabilities');
    });
    expect(await info()).toEqual(notEnrolled);
    await page.evaluate(() => {
      Reflect.deleteProperty(globalThis, 'PublicKeyCredential');
    });
    expect(await info()).toEqual(notSupported);
  });

  test('uses a security key where it may', async () => {
    const { page, authenticator } = await withAuthenticator({ transport: 'usb' });
    const { secret, descriptor } = await made(page, { authenticator: 'any' });
    expect(await outcome(page, 'authenticate', descriptor)).toEqual({ value: secret });
    expect(await authenticator.count()).toBe(1);
  });
});
