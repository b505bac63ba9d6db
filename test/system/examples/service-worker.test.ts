/** The example of a service worker, in Chromium: a whole page's requests get headers. */
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { expect, test } from 'vitest';
import { bundleForPage, testPages, useBrowser } from '../../helpers/browser.ts';
import { PASSWORD, requestsTo, testServer } from '../../helpers/client.ts';
import { describeWith } from '../../helpers/programs.ts';

const file = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/service-worker/${name}`, import.meta.url));

describeWith('chromium', 'examples/service-worker', () => {
  const chromium = useBrowser('chromium');

  test('fetch, forms and images of a page arrive with a header each', async () => {
    const pages: Record<string, string> = { '/': '<script type="module" src="/page.js"></script>' };
    const { origin } = await testPages(pages);
    const server = await testServer({ allowOrigin: origin });
    const otp = '123456';
    const { activationCode } = server.createActivation({ otp });
    const settings = {
      bank: server.baseUrl,
      instanceId: 'service-worker-example',
      client: { enableUnsecureTraffic: true },
      configuration: server.configuration,
    };
    const own: Plugin = {
      name: 'settings',
      setup: (build) =>
        build.onLoad({ filter: /service-worker\/settings\.js$/ }, () => ({
          contents: Object.entries(settings)
            .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
            .join('\n'),
        })),
    };
    // The package from dist, as an app has it.
    const options = { plugins: [own], tsconfigRaw: '{}', alias: {} };
    pages['/service-worker.js'] = await bundleForPage(file('service-worker.js'), options);
    pages['/page.js'] =
      `${await bundleForPage(file('page.js'), { ...options, globalName: 'example', format: 'iife' })}
      globalThis.example = example;`;
    const page = await chromium.page(`${origin}/`);
    await page.waitForFunction(() => 'example' in globalThis);
    const statuses = await page.evaluate(
      async ([base, code, oneTime, password]) => {
        interface Example {
          activate(...args: string[]): Promise<void>;
          handOver(): Promise<void>;
        }
        const { example } = globalThis as unknown as { example: Example };
        await example.activate(code, oneTime, password);
        await example.handOver();
        const url = `${base}/api/possession/token`;
        const get = await fetch(url);
        const form = new FormData();
        form.append('a', 'b');
        const post = await fetch(url, { method: 'POST', body: form });
        // An image is not what comes, but it is asked for.
        const image = new Image();
        await new Promise((resolve) => {
          image.onerror = image.onload = resolve;
          image.src = `${url}?image`;
        });
        return [get.status, post.status];
      },
      [server.baseUrl, activationCode, otp, PASSWORD] as const,
    );
    expect(statuses).toEqual([200, 200]);
    const path = '/api/possession/token';
    const sent = server.requests.filter((request) => request.path === path);
    expect(sent.map(({ status, query }) => [status, query])).toEqual([
      [200, ''],
      [200, ''],
      [200, '?image'],
    ]);
    expect(new Set(sent.map(({ headers }) => headers['x-powerauth-token'])).size).toBe(3);
    expect(requestsTo(server, '/pa/v3/token/create')).toBe(1);
  }, 60_000);
});
