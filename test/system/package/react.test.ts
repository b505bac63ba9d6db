/** An application of React that Vite serves in development: effects under StrictMode, and modules replaced while it runs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import type { PowerAuth } from '../../../src/index.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { useBrowser } from '../../helpers/browser.ts';
import { testServer } from '../../helpers/client.ts';
import { QUICK_PASSWORDS } from '../../helpers/passwords.ts';
import { describeWith } from '../../helpers/programs.ts';
import { emptyApp } from '../runtimes/app.mjs';
import { root } from './support.ts';

const guide = readFileSync(join(root, 'docs/browser.md'), 'utf8');
/** What the section about React shows. */
const [, effect = ''] = /```tsx\n([^`]*useEffect[^`]*)```/.exec(guide) ?? [];
const [, dispose = ''] = /`(import\.meta\.hot\?\.dispose\([^`]*)`/.exec(guide) ?? [];

/** A component that configures a PowerAuth of its own, in a module that Vite can replace. */
const component = (version: number): string => `
  import { useEffect, useState } from 'react';
  import { configuration, show, Watched } from './page.jsx';

  export function Component({ id, powerAuth }) {
    const [isReady, setReady] = useState(false);
    const [error, setError] = useState();
    ${effect}
    return <p id={id}>{error?.code ?? (isReady ? 'ready ${version}' : 'waiting')}</p>;
  }
  const powerAuth = new Watched('react');
  const other = new Watched('react');
  Object.assign(globalThis.page, { powerAuth });
  globalThis.page.screens = {
    nothing: null,
    one: <Component key="one" id="one" powerAuth={powerAuth} />,
    another: <Component key="another" id="another" powerAuth={other} />,
    both: [
      <Component key="one" id="one" powerAuth={powerAuth} />,
      <Component key="another" id="another" powerAuth={other} />,
    ],
  };
  import.meta.hot.accept();
  show();`;

/** A module that configures when it is loaded. */
const loaded = (version: number): string => `
  import { configuration, Watched } from './page.jsx';
  const powerAuth = new Watched('loaded');
  ${dispose};
  import.meta.hot.accept();
  await powerAuth.configure(configuration);
  Object.assign(globalThis.page, { loaded: powerAuth, version: ${version} });`;

const FILES = {
  'index.html': `<!doctype html><link rel="icon" href="data:,"><div id="root"></div>
    <script type="module" src="./component.jsx"></script>`,
  'page.jsx': `
    import { StrictMode } from 'react';
    import { createRoot } from 'react-dom/client';
    import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';

    /** The test server speaks http://. */
    export class Watched extends PowerAuth {
      configure(configuration) {
        page.calls.push('configure');
        return super.configure(configuration, { enableUnsecureTraffic: true }, undefined, ${JSON.stringify(QUICK_PASSWORDS)});
      }
      deconfigure() {
        page.calls.push('deconfigure');
        return super.deconfigure();
      }
    }
    export const configuration = JSON.parse(new URL(location.href).searchParams.get('configuration'));

    const root = createRoot(document.getElementById('root'));
    let shown = 'nothing';
    export const show = (name = shown) => {
      shown = name;
      root.render(<StrictMode>{page.screens[name]}</StrictMode>);
    };
    const header = async (powerAuth) => {
      const { key, value } = await powerAuth.tokenStore.generateHeaderForToken('token');
      const url = configuration.baseEndpointUrl + '/api/possession/token';
      return (await fetch(url, { method: 'POST', headers: { [key]: value } })).status;
    };
    const activate = async (powerAuth, code, otp) => {
      const activation = PowerAuthActivation.createWithActivationCode(code, 'react');
      activation.additionalActivationOtp = otp;
      await powerAuth.createActivation(activation);
      await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('correct horse'));
      await powerAuth.tokenStore.requestAccessToken('token', PowerAuthAuthentication.possession());
    };
    const page = (globalThis.page = { calls: [], show, header, activate });`,
  'component.jsx': component(1),
  'loaded.js': loaded(1),
};

/** What the page has for the test. */
declare const page: {
  readonly calls: string[];
  readonly powerAuth: PowerAuth;
  readonly loaded: PowerAuth;
  readonly version: number;
  show(screen: 'nothing' | 'one' | 'another' | 'both'): void;
  activate(powerAuth: PowerAuth, code: string, otp: string): Promise<void>;
  /** Status that the server answers to a header. */
  header(powerAuth: PowerAuth): Promise<number>;
};

let app: string;
const write = (name: string, content: string): void => writeFileSync(join(app, name), content);

beforeAll(async () => {
  app = emptyApp('react');
}, 120_000);

describeWith('chromium', 'an application of React in development', () => {
  const chromium = useBrowser('chromium');
  let origin: string;
  let vite: ViteDevServer;
  /** Edits a file. Vite is told so: its watcher may miss a change that comes soon after another one of the same file. */
  const edit = (name: string, content: string): void => {
    write(name, content);
    vite.watcher.emit('change', join(app, name));
  };

  beforeAll(async () => {
    for (const [name, content] of Object.entries(FILES)) write(name, content);
    vite = await createServer({
      root: app,
      configFile: false,
      logLevel: 'error',
      server: { host: '127.0.0.1', port: 0, watch: null },
      esbuild: { jsx: 'automatic' },
      // Found later, they would make Vite load the page anew.
      optimizeDeps: {
        include: ['react', 'react/jsx-dev-runtime', 'react-dom/client', 'powerauth-wasm'],
      },
    });
    await vite.listen();
    origin = vite.resolvedUrls?.local[0] ?? '';
    return () => vite.close();
  }, 60_000);

  /** The application, with nothing on its screen. */
  async function opened(): Promise<{ tab: Page; server: PowerAuthTestServer }> {
    const server = await testServer({ allowOrigin: origin.slice(0, -1) });
    const query = new URLSearchParams({ configuration: JSON.stringify(server.configuration) });
    const tab = await chromium.page(`${origin}?${query}`);
    await tab.waitForFunction(() => 'page' in globalThis && 'powerAuth' in page);
    return { tab, server };
  }

  async function activate(tab: Page, server: PowerAuthTestServer, name: 'powerAuth' | 'loaded') {
    const otp = '123456';
    const { activationCode } = server.createActivation({ otp });
    await tab.evaluate(([name, ...proof]) => page.activate(page[name], ...proof), [
      name,
      activationCode,
      otp,
    ] as const);
  }

  const shows = (tab: Page, screen: Parameters<typeof page.show>[0]) =>
    tab.evaluate((screen) => page.show(screen), screen);
  const expectText = (tab: Page, id: string, text: string) =>
    expect.poll(() => tab.locator(`#${id}`).textContent(), { timeout: 10_000 }).toBe(text);
  const expectHeader = async (tab: Page, name: 'powerAuth' | 'loaded') =>
    expect(await tab.evaluate((name) => page.header(page[name]), name)).toBe(200);

  test("the guide's effect ends configured under StrictMode, and deconfigured without its component", async () => {
    const { tab, server } = await opened();
    await shows(tab, 'one');
    await expectText(tab, 'one', 'ready 1');
    expect(await tab.evaluate(() => page.calls)).toEqual(['configure', 'deconfigure', 'configure']);
    await activate(tab, server, 'powerAuth');
    await expectHeader(tab, 'powerAuth');

    await shows(tab, 'nothing');
    await expect.poll(() => tab.evaluate(() => page.powerAuth.isConfigured())).toBe(false);
    await shows(tab, 'one');
    await expectText(tab, 'one', 'ready 1');
    await expectHeader(tab, 'powerAuth');
  });

  test('of two components whose objects have one id, the one that takes the place of the other is configured', async () => {
    const { tab } = await opened();
    await shows(tab, 'one');
    await expectText(tab, 'one', 'ready 1');
    for (const screen of ['another', 'one', 'another'] as const) {
      await shows(tab, screen);
      await expectText(tab, screen, 'ready 1');
      expect(await tab.evaluate(() => page.powerAuth.isConfigured())).toBe(true);
    }
  });

  test('of two at once the second one is told so', async () => {
    const { tab } = await opened();
    await shows(tab, 'both');
    await expectText(tab, 'one', 'ready 1');
    await expectText(tab, 'another', 'REACT_NATIVE_ERROR');
    expect(await tab.evaluate(() => page.powerAuth.isConfigured())).toBe(true);
  });

  test('a component whose module is replaced works on', async () => {
    const { tab, server } = await opened();
    await shows(tab, 'one');
    await expectText(tab, 'one', 'ready 1');
    await activate(tab, server, 'powerAuth');
    for (const version of [2, 3]) {
      edit('component.jsx', component(version));
      await expectText(tab, 'one', `ready ${version}`);
      await expectHeader(tab, 'powerAuth');
    }
    // It was the same page all the time, mounted twice each time.
    expect(await tab.evaluate(() => page.calls)).toEqual(
      Array.from({ length: 11 }, (_, i) => (i % 2 === 0 ? 'configure' : 'deconfigure')),
    );
    edit('component.jsx', component(1));
    await expectText(tab, 'one', 'ready 1');
  });

  test('a module that configures when it is loaded works on when it is replaced', async () => {
    const { tab, server } = await opened();
    await tab.addScriptTag({ type: 'module', url: '/loaded.js' });
    await tab.waitForFunction(() => page.version === 1);
    await activate(tab, server, 'loaded');
    for (const version of [2, 3]) {
      edit('loaded.js', loaded(version));
      await tab.waitForFunction((version) => page.version === version, version);
      await expectHeader(tab, 'loaded');
    }
    expect(await tab.evaluate(() => page.calls)).toEqual([
      'configure',
      'deconfigure',
      'configure',
      'deconfigure',
      'configure',
    ]);
  });
});
