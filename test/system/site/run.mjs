/**
 * Builds the site, and walks through all of it in Chromium: each page opens, no link or anchor leads nowhere, nothing is
 * requested from elsewhere, nothing breaches a strict policy or is printed to the console, the search finds each error by
 * its code, and axe finds no barrier in light or dark, wide or narrow.
 *
 *     npm run test:site [-- --screenshots <folder>] [--built]
 *
 * `--built` takes the site as `npm run site` has left it.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import color from 'picocolors';
import { launchBrowser } from '../../helpers/browsers.mjs';
import { servePages } from '../../helpers/pages.mjs';
import { main, root, runNode, step, StepError } from '../../../tools/lib/run.mjs';
import { PowerAuthErrorCode } from '../../../dist/errors.js';

const { values } = parseArgs({
  options: { screenshots: { type: 'string' }, built: { type: 'boolean' } },
});
const dist = join(root, 'site/dist');
const WIDE = { width: 1280, height: 900 };
/** That walk through the pages at the same time. */
const TABS = 3;
const NARROW = { width: 390, height: 844 };
/** Pages of which pictures are taken, by name. */
const PICTURES = [
  'index',
  'gateway',
  'concepts',
  'errors',
  'performance',
  'api/powerauth-wasm/classes/PowerAuth',
];

/** @type {string[]} */
const problems = [];
const problem = (text) => {
  problems.push(text);
  console.log(color.red(`  ${text}`));
};

/** What lets a page run its own files, and the two scripts that each page has in it, but no text as code. */
function policy() {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const hashes = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>(.*?)<\/script>/gs)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' ${hashes.join(' ')}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
  ].join('; ');
}

/** The built files, as any web server has them, under a strict policy; and the paths of the pages. */
async function serve() {
  const pages = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .map((name) => `/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.html') && path !== '/404.html')
    .sort();
  return { pages, ...(await servePages(dist, { headers: { 'content-security-policy': policy() } })) };
}

/** A tab that notes what the page prints, and what it asks others for. */
async function openTab(browser, origin, options) {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problem(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problem(`${page.url()}: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(?:data|blob):/.test(request.url()))
      problem(`${page.url()} asks for ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problem(`${page.url()}: ${response.status()} ${response.url()}`);
  });
  return page;
}

/** Opens each page, and follows each link on paper. */
async function walk(browser, { origin, pages }) {
  /** @type {Map<string, Set<string>>} */
  const anchors = new Map();
  /** @type {[from: string, to: URL][]} */
  const links = [];
  const left = [...pages];
  const visit = async () => {
    const page = await openTab(browser, origin, { viewport: WIDE });
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      await page.goto(origin + path, { waitUntil: 'load' });
      const found = await page.evaluate(() => ({
        title: document.querySelector('h1')?.textContent ?? '',
        ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
        links: [...document.querySelectorAll('a[href]')].map(
          (a) => /** @type {HTMLAnchorElement} */ (a).href,
        ),
        broken: [...document.images]
          .filter((image) => image.complete && image.naturalWidth === 0)
          .map(({ src }) => src),
      }));
      if (found.title.trim() === '') problem(`${path} has no title`);
      for (const image of found.broken) problem(`${path}: no picture at ${image}`);
      anchors.set(path, new Set(found.ids));
      links.push(
        ...found.links
          .filter((href) => href.startsWith(origin))
          .map((href) => /** @type {[string, URL]} */ ([path, new URL(href)])),
      );
    }
    await page.context().close();
  };
  await Promise.all(Array.from({ length: TABS }, visit));
  for (const [from, { pathname, hash }] of links) {
    const to = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const ids = anchors.get(to);
    if (ids === undefined) problem(`${from}: there is no ${pathname}`);
    else if (hash !== '' && !ids.has(decodeURIComponent(hash.slice(1))))
      problem(`${from}: there is no ${pathname}${hash}`);
  }
  const toErrors = links.filter(
    ([from, { pathname }]) => from.startsWith('/api/') && pathname === '/errors.html',
  );
  if (toErrors.length < 100) problem(`only ${toErrors.length} codes in the reference lead to their entries`);
  return `${pages.length} pages, ${links.length} links`;
}

/** Types each code into the search, and looks where the first result leads. */
async function search(browser, { origin }) {
  const page = await openTab(browser, origin, { viewport: WIDE });
  await page.goto(`${origin}/`);
  // The switch must need no style element, which the policy forbids.
  await page.locator('.VPNavBarAppearance button').click();
  await page.locator('.VPNavBarAppearance button').click();
  const codes = Object.keys(PowerAuthErrorCode);
  await page.keyboard.press('Control+k');
  const input = page.locator('.VPLocalSearchBox input');
  await input.waitFor();
  for (const code of codes) {
    await input.fill(code);
    const first = page.locator('.VPLocalSearchBox a.result').first();
    const wanted = `/errors.html#${code.toLowerCase()}`;
    await page
      .waitForFunction(
        (href) => document.querySelector('.VPLocalSearchBox a.result')?.getAttribute('href') === href,
        wanted,
        { timeout: 10_000 },
      )
      .catch(async () => problem(`the search finds ${await first.getAttribute('href')} for ${code}`));
  }
  await input.fill('BIOMETRY_NOT_CONFIGURED');
  await page.waitForTimeout(500);
  if (values.screenshots) await page.screenshot({ path: join(values.screenshots, 'search.png') });
  await page.keyboard.press('Enter');
  await page.waitForURL('**/errors.html#biometry_not_configured');
  for (const hash of ['biometry_not_configured', 'BIOMETRY_NOT_CONFIGURED']) {
    await page.goto(`${origin}/start.html`);
    await page.goto(`${origin}/errors.html#${hash}`);
    await page
      .waitForFunction(
        (id) => {
          const top = document.getElementById(id)?.getBoundingClientRect().top ?? -1;
          return top >= 0 && top < 400;
        },
        hash,
        { timeout: 10_000 },
      )
      .catch(() => problem(`errors.html#${hash} doesn't show that code`));
  }
  await page.context().close();
  return `${codes.length} codes`;
}

/** Lets axe look at pages, and takes pictures. */
async function examine(browser, { origin, pages }) {
  const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
  // Of the reference, whose pages are all alike, and of the examples a sample.
  const looked = pages
    .filter((path) => !/^\/(?:api|examples)\//.test(path))
    .concat('/api/index.html', '/api/powerauth-wasm/classes/PowerAuth.html', '/examples/gateway.html');
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    for (const [width, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
      const page = await openTab(browser, origin, { colorScheme, viewport });
      for (const path of looked) {
        await page.goto(origin + path, { waitUntil: 'networkidle' });
        await page.evaluate(axe);
        const violations = await page.evaluate(async () => {
          const { axe: tool } = /** @type {any} */ (globalThis);
          const { violations: found } = await tool.run({ resultTypes: ['violations'] });
          return found
            .filter(({ impact }) => ['serious', 'critical'].includes(impact))
            .map(
              ({ id, nodes }) =>
                `${id} (${nodes.length}): ${nodes[0].html.slice(0, 160)} ${nodes[0].any[0]?.message ?? ''}`,
            );
        });
        for (const violation of violations) problem(`${path} ${colorScheme} ${width}: ${violation}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (overflow > 0) problem(`${path} is ${overflow} px wider than a window of ${viewport.width}`);
        const name = path.slice(1, -'.html'.length);
        if (values.screenshots && PICTURES.includes(name)) {
          await page.screenshot({
            path: join(values.screenshots, `${name.replaceAll('/', '-')}-${colorScheme}-${width}.png`),
          });
        }
      }
      await page.context().close();
    }
  }
  return `${looked.length} pages, light and dark, wide and narrow`;
}

await main(async () => {
  if (values.screenshots) mkdirSync(values.screenshots, { recursive: true });
  if (!values.built) await step('Build the site', () => runNode(['site/build.mjs']));
  const site = await serve();
  const browser = await launchBrowser('chromium');
  try {
    for (const [title, work] of Object.entries({
      'Walk through all pages': walk,
      'Search for errors': search,
      'Look for barriers': examine,
    }))
      await step(title, async () => console.log(`  ${await work(browser, site)}`));
  } finally {
    await browser.close();
    await site.close();
  }
  if (problems.length > 0) throw new StepError(`${problems.length} problems`);
});
