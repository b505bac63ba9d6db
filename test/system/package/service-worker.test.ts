/** A service worker of an application that Vite serves in development, and builds. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, createServer, type InlineConfig } from 'vite';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { testPages, useBrowser } from '../../helpers/browser.ts';
import { PASSWORD, testServer } from '../../helpers/client.ts';
import { QUICK_PASSWORDS } from '../../helpers/passwords.ts';
import { describeWith } from '../../helpers/programs.ts';
import { emptyApp } from '../runtimes/app.mjs';

const FILES = {
  'index.html':
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./main.js"></script>',
  // The page uses the package as well, so that a build puts it into a chunk that both share.
  'main.js': `
    import { PowerAuth } from 'powerauth-wasm';
    globalThis.ask = async (message) => {
      const { active, installing, waiting } = await navigator.serviceWorker.register('/service-worker.js', {
        type: 'module',
      });
      const { port1, port2 } = new MessageChannel();
      const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
      (active ?? waiting ?? installing).postMessage(message, [port2]);
      return answer;
    };
    globalThis.isLoaded = typeof PowerAuth === 'function';`,
  'service-worker.js': `
    import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
    const work = async ({ configuration, activationCode, otp, password, engine }) => {
      const powerAuth = new PowerAuth('service-worker');
      await powerAuth.configure(configuration, { enableUnsecureTraffic: true, engine }, undefined, ${JSON.stringify(QUICK_PASSWORDS)});
      const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'service worker');
      activation.additionalActivationOtp = otp;
      await powerAuth.createActivation(activation);
      await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password));
      await powerAuth.tokenStore.requestAccessToken('token', PowerAuthAuthentication.possession());
      const { value } = await powerAuth.tokenStore.generateHeaderForToken('token');
      const made = powerAuth.engine;
      await powerAuth.removeActivationLocal();
      await powerAuth.deconfigure();
      return { engine: made, value };
    };
    addEventListener('message', ({ data, ports: [port] }) => {
      work(data).then((answer) => port.postMessage(answer), (error) => port.postMessage({ error: String(error) }));
    });`,
};

let app: string;
let settings: InlineConfig;

beforeAll(async () => {
  app = emptyApp('service-worker');
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(app, name), content);
  settings = { root: app, configFile: false, logLevel: 'error' };
}, 120_000);

/** As in development; its origin. */
async function served(): Promise<string> {
  const server = await createServer({ ...settings, server: { host: '127.0.0.1', port: 0, hmr: false } });
  onTestFinished(() => server.close());
  await server.listen();
  return server.resolvedUrls?.local[0] ?? '';
}

/** As deployed: a page and a service worker, with nothing else set than that both are built. */
async function built(): Promise<string> {
  const input = { main: join(app, 'index.html'), 'service-worker': join(app, 'service-worker.js') };
  // At a name that can be registered, for the whole origin.
  const output = { entryFileNames: '[name].js' };
  await build({ ...settings, build: { rollupOptions: { input, output } } });
  return `${(await testPages(join(app, 'dist'))).origin}/`;
}

describeWith('chromium', 'a service worker', () => {
  const chromium = useBrowser('chromium');

  test.each(Object.entries({ 'of the development server': served, 'of a build': built }))(
    '%s makes headers with WebAssembly',
    async (_, open) => {
      const origin = await open();
      const server = await testServer({ allowOrigin: origin.slice(0, -1) });
      const page = await chromium.page(origin);
      await page.waitForFunction(() => 'isLoaded' in globalThis);
      for (const engine of [undefined, 'wasm-simd', 'js']) {
        const otp = '123456';
        const { activationCode } = server.createActivation({ otp });
        const message = {
          configuration: server.configuration,
          activationCode,
          otp,
          password: PASSWORD,
          engine,
        };
        const answer = await page.evaluate(
          (sent) => (globalThis as unknown as { ask: (sent: unknown) => Promise<unknown> }).ask(sent),
          message,
        );
        expect(answer).toEqual({
          engine: engine ?? 'wasm-simd',
          value: expect.stringMatching(/^PowerAuth version="3\.3"/) as unknown,
        });
      }
    },
    60_000,
  );
});
