/** The pages in the repository: prose that fits a window, and links that lead somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../system/package/support.ts';

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

/** What somebody wrote, line by line: no code, no table, nothing that a script put there. */
const prose = (text: string): string[] =>
  text
    .replace(/<!-- bench:begin -->[^]*<!-- bench:end -->/, '')
    .replace(/^ *```[^]*?^ *```/gm, '')
    .split('\n')
    .filter((line) => !line.startsWith('|'));

/** As GitHub makes them of headings. */
const anchors = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(pages)('%s', (page) => {
  test('is wrapped at 120 columns', () => {
    // A word that is longer than that stays whole.
    expect(prose(read(page)).filter((line) => line.length > 120 && / .* /.test(line.trim()))).toEqual([]);
  });

  test('has no link that leads nowhere', () => {
    const lost = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].filter(
      ([, path = '', anchor]) => {
        const target = path === '' ? join(root, page) : join(root, dirname(page), path);
        if (!existsSync(target)) return true;
        return anchor !== undefined && !anchors(readFileSync(target, 'utf8')).includes(anchor);
      },
    );
    expect(lost.map(([link]) => link)).toEqual([]);
  });
});
