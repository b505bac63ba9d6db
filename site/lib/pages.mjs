/**
 * Which files of the repository are pages of the site, and where their links lead there. The files are the only source:
 * they have links that work on GitHub, and keep their anchors.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's top folder, ending with the path separator. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

const LICENSE = 'https://www.apache.org/licenses/LICENSE-2.0';

/** Pages by the file that they are made of; those in `docs/` keep their names, except for one that the reference needs. */
export const PAGES = Object.fromEntries([
  ['README.md', 'start.md'],
  ...['SECURITY.md', 'CHANGELOG.md', 'CONTRIBUTING.md'].map((file) => [file, file.toLowerCase()]),
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => [`docs/${name}`, name === 'api.md' ? 'overview.md' : name]),
  ['site/index.md', 'index.md'],
]);

/** Folders of `examples/`, each of which is a page with its code. */
export const EXAMPLES = readdirSync(`${root}examples`);

/** The file that a page is made of; undefined for the reference and the examples. @param {string} page */
export const sourceOf = (page) =>
  Object.hasOwn(PAGES, page) ? page : Object.keys(PAGES).find((file) => PAGES[file] === page);

/** The anchor of a heading, as GitHub makes it. @param {string} heading */
export const anchorOf = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/**
 * Where a link leads on the site.
 *
 * @param {string} file the file that has the link
 * @param {string} href as it is written there
 * @returns {string}
 * @throws {Error} if it leads to something that is on GitHub only
 */
export function linkOnSite(file, href) {
  if (/^(?:[a-z]+:|#|\/)/.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const target = posix.join(posix.dirname(file), path).replace(/\/$/, '');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (target === 'LICENSE') return LICENSE;
  if (Object.hasOwn(PAGES, target)) return `/${PAGES[target]}${hash}`;
  const [folder, example, ...rest] = target.split('/');
  if (folder === 'examples' && EXAMPLES.includes(example) && existsSync(root + target)) {
    return `/examples/${example}.md${rest.length > 0 ? `#${anchorOf(rest.join('/'))}` : hash}`;
  }
  throw new Error(`${file}: ${href} is no page of the site`);
}
