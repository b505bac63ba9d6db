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
import { forSite } from '../lib/markdown.mjs';
import { anchorOf, EXAMPLES, PAGES, root } from '../lib/pages.mjs';
import { miniSearch } from '../lib/search.mjs';
import { alignByClass, colorsAsClasses, withoutStyles, writeStyles } from './styles.mjs';

const site = fileURLToPath(new URL('../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

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

/** What has to change in the theme's components: file, what it says, and what it should say. */
const MENDED = [
  // The functions of the search would come as text, to be evaluated, which a strict policy forbids.
  [
    'VPLocalSearchBox.vue',
    'import MiniSearch, {',
    `import { miniSearch } from ${JSON.stringify(join(site, 'lib/search.mjs'))}\nimport MiniSearch, {`,
  ],
  [
    'VPLocalSearchBox.vue',
    "...(theme.value.search?.provider === 'local' &&\n            theme.value.search.options?.miniSearch?.searchOptions)",
    '...miniSearch.searchOptions',
  ],
  [
    'VPLocalSearchBox.vue',
    "...(theme.value.search?.provider === 'local' &&\n          theme.value.search.options?.miniSearch?.options)",
    '...miniSearch.options',
  ],
  // The others are what axe finds.
  // Inside of what is a button already; a group whose name is a link needs one.
  [
    'VPSidebarItem.vue',
    'role="button"\n        aria-label="toggle section"',
    ':role="item.link && \'button\'" :aria-label="item.link && \'toggle section\'" :aria-hidden="!item.link"',
  ],
  [
    'VPSidebarItem.vue',
    '@keydown.enter="onCaretClick"\n        tabindex="0"',
    '@keydown.enter="onCaretClick"\n        :tabindex="item.link && 0"',
  ],
  [
    'VPSidebarItem.vue',
    ':tabindex="item.items && 0"',
    ':tabindex="item.items && !item.link && item.collapsed != null ? 0 : undefined"',
  ],
  // Read aloud, it would be another name than the button's.
  ['VPNavBarSearchButton.vue', '>K</kbd>', ' data-key="K"></kbd>'],
];

const mended = {
  name: 'mended',
  enforce: 'pre',
  transform(code, id) {
    const parts = MENDED.filter(([file]) => id.endsWith(`/${file}`));
    for (const [file, wrong] of parts) if (!code.includes(wrong)) throw new Error(`${file} has changed`);
    return parts.reduce((text, [, wrong, right]) => text.replace(wrong, right), code);
  },
};

/** Pages lie outside this folder, and would look for Vue in another one. */
const vueFromHere = {
  name: 'vue-from-here',
  enforce: 'pre',
  resolveId(id, _importer, { ssr }) {
    if (!/^vue(?:\/|$)/.test(id)) return undefined;
    return ssr ? { id, external: true } : this.resolve(id, join(site, 'package.json'), { skipSelf: true });
  },
};

/** The menu of the reference, which TypeDoc writes: open where it begins. */
function readReference() {
  const file = join(site, 'api/typedoc-sidebar.json');
  const items = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  return items.map((item) => ({ ...item, collapsed: false }));
}

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
  // What would otherwise be style attributes, and a style element that stops transitions.
  contentProps: { class: 'content' },
  appearance: { disableTransition: false },
  transformHtml: withoutStyles,
  buildEnd: writeStyles,
  // The menus, once for all pages.
  metaChunk: true,
  markdown: {
    anchor: { slugify: anchorOf },
    config: (md) => {
      forSite(md);
      alignByClass(md);
    },
    codeTransformers: [colorsAsClasses],
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
  },
  vite: {
    publicDir: false,
    plugins: [vueFromHere, mended],
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
      '/api/': readReference(),
      '/': sidebar,
    },
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      // For the build alone: what can be enumerated is sent to the page.
      options: Object.defineProperty({ detailedView: 'auto' }, 'miniSearch', { value: miniSearch }),
    },
    footer: { message: 'Apache-2.0. Not affiliated with Wultra, the makers of PowerAuth.' },
  },
});
