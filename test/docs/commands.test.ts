/** No command in the pages that nobody runs: each is an example with a test, or stands below with the reason. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../system/package/support.ts';
import { pages, read } from './pages.ts';
import { shownCommands } from './shown-commands.ts';

/** Commands that `test/system/cli/docs.test.ts` doesn't run, and why not. */
const NOT_RUN: readonly (readonly [command: RegExp, why: string])[] = [
  [/^git clone <this repository>/, 'only the reader knows the place; package/setup.test.ts sets up a copy'],
  [/^npm install <path to it>/, 'package/consumer.test.ts packs the package and installs it'],
  [/^npm (?:run |test\b)/, 'takes minutes, or is what runs this; that the script exists is checked below'],
  [/^npx vitest run /, 'one of the files that run here; that it exists is checked below'],
  [/^npx powerauth-wasm --help/, 'cli/install.test.ts runs it by npx'],
  [/^npm install --global powerauth-wasm\b/, 'cli/install.test.ts installs the packed package that way'],
  [/^(?:source <\()?powerauth-wasm completion /, 'test/cli/completion-script.test.ts runs the scripts'],
  [
    /^(?:npx )?powerauth-wasm serve --port/,
    'it goes on until a signal; cli/commands/serve.test.ts starts it',
  ],
];

/** What runs the blocks after `<!-- example:<name> -->`. */
const RUN_BY: Readonly<Record<string, string>> = {
  cli: 'test/system/cli/docs.test.ts',
  'cli-redis': 'test/system/cli/docs.test.ts',
  admin: 'test/system/cli/docs.test.ts',
  tls: 'test/system/cli/docs.test.ts',
  'recipe-curl': 'test/system/testing/recipes.test.ts',
};

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const shown = pages.flatMap((page) => shownCommands(read(page)).map((command) => ({ page, ...command })));
const others = shown.filter(({ example }) => example === undefined);

test('each is run, or has a reason', () => {
  expect(shown.length).toBeGreaterThan(40);
  expect(
    others
      .filter(({ command }) => !NOT_RUN.some(([pattern]) => pattern.test(command)))
      .map(({ page, command }) => `${page}: ${command}`),
  ).toEqual([]);
});

test('each block with a name is run by a test that knows the name', () => {
  const names = new Set(shown.map(({ example }) => example).filter((name) => name !== undefined));
  expect([...names].sort()).toEqual(Object.keys(RUN_BY).sort());
  for (const [name, file] of Object.entries(RUN_BY))
    expect(read(file), file).toContain(`'${name.replace(/^recipe-/, '')}'`);
});

test('no reason is left over', () => {
  expect(
    NOT_RUN.filter(([pattern]) => !others.some(({ command }) => pattern.test(command))).map(String),
  ).toEqual([]);
});

test.each(pages)('%s: scripts of package.json and files of tests exist', (page) => {
  const text = read(page);
  const scripts = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name);
  expect(scripts.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
  const files = [...text.matchAll(/\bnpx vitest run (\S+)/g)].map(([, name = '']) => name);
  expect(files.filter((name) => !existsSync(join(root, name)))).toEqual([]);
});
