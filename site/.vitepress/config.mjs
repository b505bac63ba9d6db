/**
 * The site: pages of `docs/` and the top folder, the reference that TypeDoc has written to `site/api`, and the code of the
 * examples.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { forSite, words } from '../lib/markdown.mjs';
import { anchorOf, EXAMPLES, PAGES, root } from '../lib/pages.mjs';

const site = fileURLToPath(new URL('../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const reference = join(site, 'api/typedoc-sidebar.json');

const page = (text, name) => ({ text, link: `/${name}` });

const guides = {
  text: 'Guides',
  items: [
    page('Web app', 'browser'),
    page('Gateway', 'gateway'),
    page('Fleet', 'fleet'),
    page('Tests', 'testing'),
    page('HTTP clients', 'http-clients'),
    page('Signing and encryption', 'signing'),
    page('Command line', 'cli'),
    page('Migration', 'migration'),
  ],
};

const sidebar = [
  { text: 'First steps', items: [page('Start', 'start'), page('Concepts', 'concepts')] },
  guides,
  {
    text: 'Look it up',
    items: [
      page('API at a glance', 'overview'),
      page('API reference', 'api/'),
      page('Errors', 'errors'),
      page('Storage', 'storage'),
      page('Insight', 'insight'),
    ],
  },
  {
    text: 'Behind it',
    items: [
      page('Security', 'security'),
      page('Performance', 'performance'),
      page('Architecture', 'architecture'),
      page('Contributing', 'contributing'),
      page('Changes', 'changelog'),
    ],
  },
  { text: 'Examples', collapsed: true, items: EXAMPLES.map((name) => page(name, `examples/${name}`)) },
];

/** Pages lie outside this folder, and would look for Vue in another one. */
const vueFromHere = {
  name: 'vue-from-here',
  enforce: 'pre',
  resolveId(id, _importer, { ssr }) {
    if (!/^vue(?:\/|$)/.test(id)) return undefined;
    return ssr ? { id, external: true } : this.resolve(id, join(site, 'package.json'), { skipSelf: true });
  },
};

/** A key, as text: nothing is requested for it. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0969da"/>' +
  '<circle cx="12" cy="12" r="5" fill="none" stroke="#fff" stroke-width="3"/>' +
  '<path d="m16 16 9 9m-4-4-3 3" stroke="#fff" stroke-width="3" fill="none" stroke-linecap="round"/></svg>';

export default defineConfig({
  title: 'powerauth-wasm',
  description: 'The PowerAuth client for JavaScript',
  lang: 'en',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }],
  ],
  srcDir: root,
  srcExclude: ['{src,test,bench,tools,assembly,build,dist}/**', 'site/dist/**', '.*/**'],
  outDir: join(site, 'dist'),
  cacheDir: join(site, 'node_modules/.cache/vitepress'),
  rewrites: {
    ...PAGES,
    'site/api/:path(.*)': 'api/:path',
    'site/examples/:path(.*)': 'examples/:path',
  },
  ignoreDeadLinks: false,
  markdown: {
    anchor: { slugify: anchorOf },
    config: forSite,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
  },
  vite: {
    publicDir: false,
    plugins: [vueFromHere],
    // The reference's menu is in one file.
    build: { chunkSizeWarningLimit: 4000 },
  },
  themeConfig: {
    siteTitle: 'powerauth-wasm',
    nav: [
      { ...guides, activeMatch: '^/(browser|gateway|fleet|testing|http-clients|signing|cli|migration)' },
      page('Concepts', 'concepts'),
      page('API', 'api/'),
      page('Errors', 'errors'),
      page('Performance', 'performance'),
      page('Security', 'security'),
      { text: version, items: [page('Changes', 'changelog'), page('Contributing', 'contributing')] },
    ],
    sidebar: {
      '/api/': existsSync(reference) ? JSON.parse(readFileSync(reference, 'utf8')) : [],
      '/': sidebar,
    },
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: { detailedView: 'auto', miniSearch: { options: { tokenize: words } } },
    },
    footer: { message: 'Apache-2.0. Not affiliated with Wultra, the makers of PowerAuth.' },
  },
});
