/** The pages in the repository: prose that fits a window, links that lead somewhere, and the words of our glossary. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../system/package/support.ts';
import { anchorOf, linkOnSite } from '../../site/lib/pages.mjs';
import { breaches, comments, strings } from './glossary.ts';
import { pages, read } from './pages.ts';

/** What somebody wrote, line by line: no code, no table, nothing that a script put there. */
const prose = (text: string): string[] =>
  text
    .replace(/<!-- bench:begin -->[^]*<!-- bench:end -->/, '')
    .replace(/^ *```[^]*?^ *```/gm, '')
    .split('\n')
    .filter((line) => !line.startsWith('|'));

const anchors = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

const LINK = /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g;

describe.each(pages)('%s', (page) => {
  test('is wrapped at 120 columns', () => {
    // A word that is longer than that stays whole.
    expect(prose(read(page)).filter((line) => line.length > 120 && / .* /.test(line.trim()))).toEqual([]);
  });

  test('has no link that leads nowhere', () => {
    const lost = [...read(page).matchAll(LINK)].filter(([, path = '', anchor]) => {
      const target = path === '' ? join(root, page) : join(root, dirname(page), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchors(readFileSync(target, 'utf8')).includes(anchor);
    });
    expect(lost.map(([link]) => link)).toEqual([]);
  });

  test('has no link that leads nowhere on the site', () => {
    const links = [...read(page).matchAll(LINK)].map(([link]) => link.slice(2, -1));
    for (const link of links.filter((href) => !/\.(?:png|svg)$/.test(href)))
      expect(linkOnSite(page, link)).toMatch(/^(?:#|https:|\/\S+\.md(?:#|$))/);
  });
});

test('a link on the site leads to a page, to the code of an example, or fails', () => {
  expect(linkOnSite('docs/cli.md', 'errors.md#network_error')).toBe('/errors.md#network_error');
  expect(linkOnSite('docs/cli.md', '../SECURITY.md')).toBe('/security.md');
  expect(linkOnSite('README.md', 'docs/api.md')).toBe('/overview.md');
  expect(linkOnSite('docs/gateway.md', '../examples/gateway')).toBe('/examples/gateway.md');
  expect(linkOnSite('docs/gateway.md', '../examples/gateway/bank.mjs')).toBe('/examples/gateway.md#bankmjs');
  for (const href of ['../src/errors.ts', '../examples/nothing', 'nothing.md'])
    expect(() => linkOnSite('docs/cli.md', href)).toThrow(`docs/cli.md: ${href} is no page of the site`);
});

/** All sources that somebody wrote. */
const sources = ['src', 'assembly', 'bench', 'examples', 'playground', 'site', 'test', 'tools'].flatMap(
  (folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|mjs)$/.test(name) && !/node_modules|generated|build\//.test(name))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((name) => !name.startsWith('test/docs/glossary')),
);

describe('the glossary of CONTRIBUTING.md', () => {
  test.each([
    'Who holds it wipes it.',
    'The bytes stay secret. Whoever reads next gets the error.',
    'An answer that is under way is dropped meanwhile.',
    'A cryptogram of yours, without leave, of a provider that minds no signal.',
    'Refuses what is no key, and headers that are none; twice is fine.',
    'For want of a better one it is made anew, whatever comes.',
    'The caller wipes it; see to the disk.',
  ])('is breached by "%s"', (text) => {
    expect(breaches(text)).not.toEqual([]);
  });

  test.each([
    'Who may import whom in `src/`, and who it is for?',
    'Meanwhile, the holder must wipe it. The next reader gets the error.',
    'It runs in a thread of its own, and asks the user who owns the folder.',
  ])('is kept by "%s"', (text) => {
    expect(breaches(text)).toEqual([]);
  });

  test.each(pages)('is kept in %s', (page) => {
    // The table itself, and code, whose comments are those of the sources.
    const text = read(page).replace(/^\| not \| but \|$[^]*?^$/m, '');
    const paragraphs = text
      .replace(/^ *```[^]*?^ *```/gm, '')
      .replace(/(?<!^|\n)\n(?! *(?:[-|#]|\d+\. )|\n)/g, ' ');
    expect(breaches(paragraphs)).toEqual([]);
  });

  test('is kept in comments, messages and test titles', () => {
    expect(sources.length).toBeGreaterThan(300);
    const found = sources.flatMap((name) => {
      const source = readFileSync(join(root, name), 'utf8');
      const others = name.startsWith('test/docs/') ? [] : breaches(strings(source));
      return [...breaches(comments(source)), ...others].map((breach) => `${name}: ${breach}`);
    });
    expect(found).toEqual([]);
  });
});
