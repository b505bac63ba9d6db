/** The example of an activation by a login, in Chromium: a provider, its redirect, and the embedded server behind it. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { Events, OAuth2Server } from 'oauth2-mock-server';
import { expect, onTestFinished, test } from 'vitest';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { bundleForPage, testPages, useBrowser } from '../../helpers/browser.ts';
import { PASSWORD, requestsTo, testServer } from '../../helpers/client.ts';
import { describeWith } from '../../helpers/programs.ts';

const file = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/oidc/${name}`, import.meta.url));

async function startProvider(): Promise<{ issuer: string; arrived: URLSearchParams[] }> {
  const idp = new OAuth2Server();
  await idp.issuer.keys.generate('RS256');
  await idp.start(0, '127.0.0.1');
  onTestFinished(() => idp.stop());
  idp.service.on(Events.BeforeTokenSigning, ({ payload }: { payload: object }) => {
    Object.assign(payload, { sub: 'alice' });
  });
  const arrived: URLSearchParams[] = [];
  idp.service.on(Events.BeforeAuthorizeRedirect, (_: unknown, request: { url: string }) => {
    arrived.push(new URL(request.url, 'http://provider.invalid').searchParams);
  });
  return { issuer: idp.issuer.url ?? '', arrived };
}

describeWith('chromium', 'examples/oidc', () => {
  const chromium = useBrowser('chromium');

  interface Opened {
    readonly origin: string;
    readonly server: PowerAuthTestServer;
    readonly arrived: readonly URLSearchParams[];
  }

  async function serve(): Promise<Opened> {
    const { issuer, arrived } = await startProvider();
    const pages: Record<string, string> = { '/': await readFile(file('index.html'), 'utf8') };
    const { origin } = await testPages(pages);
    const redirectUri = `${origin}/`;
    const provider = { providerId: 'bank-id', clientId: 'bank', redirectUri };
    const server = await testServer({
      allowOrigin: origin,
      oauth2Providers: [{ ...provider, issuerUri: issuer, clientSecret: 'top secret', pkceEnabled: true }],
    });
    const settings = {
      provider: { ...provider, issuer },
      instanceId: 'oidc-example',
      client: { enableUnsecureTraffic: true },
      configuration: server.configuration,
    };
    const own: Plugin = {
      name: 'settings',
      setup: (build) =>
        build.onLoad({ filter: /oidc\/settings\.ts$/ }, () => ({
          contents: Object.entries(settings)
            .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
            .join('\n'),
        })),
    };
    // The package from dist, as an app has it.
    pages['/page.js'] = await bundleForPage(file('page.ts'), {
      plugins: [own],
      tsconfigRaw: '{}',
      alias: {},
    });
    return { origin, server, arrived };
  }

  test('a user who logs in and chooses a password is activated', async () => {
    const { origin, server, arrived } = await serve();
    const page = await chromium.page(`${origin}/`);
    await page.click('#login:visible');
    await page.waitForSelector('#choose:visible');
    // The code isn't left in the address.
    expect(page.url()).toBe(`${origin}/`);
    await page.fill('input', PASSWORD);
    await page.click('text=Activate');
    await page.waitForSelector('#done:visible');
    expect(await page.textContent('#done')).toBe('ACTIVE');

    const [asked] = arrived;
    expect(Object.fromEntries(asked ?? [])).toEqual({
      response_type: 'code',
      client_id: 'bank',
      redirect_uri: `${origin}/`,
      scope: 'openid',
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
      nonce: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge_method: 'S256',
    });
    // The page asked for the state of its activation.
    const status = server.requests.find(({ path }) => path === '/pa/v3/activation/status');
    const { requestObject } = JSON.parse(status?.body ?? '') as { requestObject: { activationId: string } };
    expect(server.activation(requestObject.activationId)).toMatchObject({ userId: 'alice', state: 'ACTIVE' });

    // It stays.
    await page.reload();
    await page.waitForSelector('#done:visible');
    expect(arrived).toHaveLength(1);
  }, 60_000);

  test.each([
    ['a code that the tab has not asked for', 'code=stolen&state=forged', 'This tab has started no login'],
    ['a code of another login', 'code=stolen&state=forged', 'state'],
    ['a refusal', 'error=access_denied&state=forged', 'state'],
  ])(
    '%s activates nothing',
    async (title, query, message) => {
      const { origin, server } = await serve();
      const page = await chromium.page(`${origin}/`);
      await page.waitForSelector('#login:visible');
      if (!title.endsWith('asked for')) {
        const login = { state: 'own', nonce: 'n', codeVerifier: 'v'.repeat(43) };
        await page.evaluate((text) => sessionStorage.setItem('oidc-login', text), JSON.stringify(login));
      }
      await page.goto(`${origin}/?${query}`);
      await page.waitForSelector('#failed:visible');
      expect(await page.textContent('#failed')).toContain(message);
      expect(page.url()).toBe(`${origin}/`);
      expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
      expect(requestsTo(server, '/pa/v3/activation/create')).toBe(0);
    },
    60_000,
  );
});
