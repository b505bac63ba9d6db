/**
 * Starts contestants in a browser, each in a page, and so in a process, of its own.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../../test/helpers/browsers.mjs';
import { bundleForPage, servePages } from '../../test/helpers/pages.mjs';

const require = createRequire(createRequire(import.meta.url).resolve('benchmark'));

/** All pages but one are in the background; that must not make them slower. */
const AWAKE = [
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
];

const PAGE = `<!doctype html><meta charset="utf-8">
<script src="/lodash.js"></script>
<script src="/benchmark.js"></script>
<script type="module" src="/page.js"></script>`;

/**
 * @param {import('../contestants/contestant.mjs').Contestant[]} contestants
 * @param {object} setting token, activation
 * @param {import('../../test/helpers/browsers.mjs').BrowserName} [name]
 * @returns runners as `startContestants` has them, the browser's version, and `close` for all
 */
export async function openPages(contestants, { token, ...setting }, name = 'chromium') {
  const script = await bundleForPage(new URL('../browser/page.mjs', import.meta.url), {
    // The package itself is the build as it is published, not the sources.
    alias: { benchmark: fileURLToPath(new URL('../browser/benchmark.mjs', import.meta.url)) },
    sourcemap: false,
    tsconfigRaw: '{}',
  });
  const server = await servePages({
    '/': PAGE,
    '/lodash.js': readFileSync(require.resolve('lodash'), 'utf8'),
    '/benchmark.js': readFileSync(require.resolve('benchmark'), 'utf8'),
    '/page.js': script,
  });
  const browser = await launchBrowser(name, name === 'chromium' ? { args: AWAKE } : {});
  const close = async () => {
    await browser.close();
    await server.close();
  };

  const open = async (contestant) => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(server.origin);
    const ask = (order, argument) =>
      page.evaluate(([name, value]) => globalThis.orders[name](value), [order, argument]);
    await ask('create', {
      ...setting,
      id: contestant.id,
      token: { id: token.id, secret: [...token.secret] },
    });
    return {
      contestant,
      running: { sample: (count) => ask('sample', count), time: (seconds) => ask('time', seconds) },
    };
  };

  try {
    const runners = [];
    for (const contestant of contestants) runners.push(await open(contestant));
    return {
      runners,
      version: `${name === 'chromium' ? 'Chromium' : 'Firefox'} ${browser.version()}`,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
