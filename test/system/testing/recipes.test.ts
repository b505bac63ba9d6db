/** The recipes of docs/testing.md, each taken from the page and run by the tool that it is for, on the packed package. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { install } from '../../../tools/lib/install.mjs';
import { freePort } from '../../helpers/free-port.mjs';
import { requireProgram } from '../../helpers/program-files.mjs';
import { describeWith } from '../../helpers/programs.ts';
import { npm, root, run } from '../package/support.ts';

const RECIPES = join(root, 'test/system/testing/recipes');
/** Jest, Playwright and the packed package are in its node_modules, which stay for the next run. */
const folder = join(root, 'build/recipes');
const modules = join(folder, 'node_modules');

let page: string;

beforeAll(async () => {
  page = await readFile(join(root, 'docs/testing.md'), 'utf8');
  await mkdir(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) await cp(join(RECIPES, file), join(folder, file));
  await install(folder, 'Install the test runners of docs/testing.md', ['--ignore-scripts']);
  await npm(['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]);
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
  const installed = join(modules, 'powerauth-wasm');
  await rm(installed, { recursive: true, force: true });
  await mkdir(installed);
  await run('tar', ['xzf', join(folder, archive), '-C', installed, '--strip-components=1']);
  await rm(join(folder, archive));
  const bin = join(modules, '.bin/powerauth-wasm');
  await rm(bin, { force: true });
  await symlink('../powerauth-wasm/dist/cli.js', bin);
}, 300_000);

/** The blocks of code of a recipe. */
function recipe(name: string): readonly string[] {
  const block = new RegExp(`<!-- example:recipe-${name} -->\\s*\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``, 'g');
  const blocks = [...page.matchAll(block)].map(([, code = '']) => code);
  if (blocks.length === 0) throw new Error(`docs/testing.md has no recipe ${name}`);
  return blocks;
}

const block = (name: string, index = 0): string => recipe(name)[index] ?? '';

/** A new project with these files, and node_modules. */
async function project(name: string, files: Record<string, string>): Promise<string> {
  const place = join(folder, name);
  await rm(place, { recursive: true, force: true });
  await mkdir(place);
  await symlink(modules, join(place, 'node_modules'));
  const all = { 'package.json': '{"private":true,"type":"module"}', ...files };
  for (const [file, content] of Object.entries(all)) await writeFile(join(place, file), content);
  return place;
}

/** The environment of a user who has this Node. What the test runner of this project says is for itself. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:VITEST|NODE_ENV|TEST|PROD|DEV$|MODE$)/.test(name),
  );
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  return { ...Object.fromEntries(own), PATH, CI: '1', NO_COLOR: '1', npm_config_offline: 'true' };
}

/** Runs a line of Bash, and ends everything that it started; returns all that was printed. Fails if it fails. */
async function shell(line: string, cwd: string): Promise<string> {
  // A process group of its own.
  const child = spawn('bash', ['-e', '-c', line], { cwd, env: environment(), detached: true });
  child.stdin.end();
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid);
    } catch {
      // Nothing of it is left.
    }
  };
  onTestFinished(end);
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (printed += data.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  end();
  if (code !== 0) throw new Error(`${line}\nended with ${String(code)}\n${printed}`);
  return printed;
}

const TEST = 'a payment is signed';
/** The test of the Vitest recipe, without its imports, and after others. */
const withImports = (imports: string): string =>
  imports + block('vitest').replace(/^(?:\/\/|import ).*\n/gm, '');

test('Vitest', async () => {
  // Otherwise it takes the configuration of this project.
  const files = { 'bank.test.js': block('vitest'), 'vitest.config.js': 'export default {};' };
  const place = await project('vitest', files);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const printed = await shell(`node ${vitest} run --root . --reporter verbose`, place);
  expect(printed).toMatch(new RegExp(`✓ .*${TEST}`));
});

describe('Jest', () => {
  test('with ES modules', async () => {
    const imports = block('vitest').match(/^import .*powerauth-wasm.*\n/gm) ?? [];
    const place = await project('jest-modules', {
      'bank.test.js': withImports(block('jest-modules') + imports.join('')),
      'package.json': block('jest-modules', 1),
    });
    const printed = await shell('npm test -- --verbose', place);
    expect(printed).toMatch(new RegExp(`✓ ${TEST}`));
  });

  const commonjs = () => ({
    'bank.test.js': withImports(block('jest-commonjs')),
    'package.json': '{"private":true}',
  });

  test('with CommonJS', async () => {
    const printed = await shell('npx jest --verbose', await project('jest-commonjs', commonjs()));
    expect(printed).toMatch(new RegExp(`✓ ${TEST}`));
  });

  test('with jsdom', async () => {
    const files = { ...commonjs(), 'jest.config.mjs': block('jest-jsdom') };
    const printed = await shell('npx jest --verbose', await project('jest-jsdom', files));
    expect(printed).toMatch(new RegExp(`✓ ${TEST}`));
  });
});

describeWith('chromium', 'Playwright', () => {
  test('starts the server, and activates in a page', async () => {
    const [port, appPort] = [await freePort(), await freePort()];
    const own = (text: string): string =>
      text.replaceAll('8123', String(port)).replaceAll('5173', String(appPort));
    const scripts = { start: own('node app.mjs 5173 http://127.0.0.1:8123') };
    const chromium = JSON.stringify({ executablePath: requireProgram('chromium') });
    const place = await project('playwright', {
      'package.json': JSON.stringify({ private: true, type: 'module', scripts }),
      'playwright.config.js': own(block('playwright-config')),
      'activate.spec.js': own(block('playwright-test')),
      // Chromium of this machine in place of the one that Playwright installs.
      'own.config.js': `import config from './playwright.config.js';
export default { ...config, use: { ...config.use, launchOptions: ${chromium} }, reporter: 'list' };`,
    });
    for (const file of ['app.mjs', 'page.html']) await cp(join(RECIPES, file), join(place, file));
    await build({
      stdin: { contents: "export * from 'powerauth-wasm'", resolveDir: place },
      bundle: true,
      format: 'esm',
      outfile: join(place, 'powerauth-wasm.js'),
      logLevel: 'error',
    });
    expect(await shell('npx playwright test --config own.config.js', place)).toContain('1 passed');
  });
});

test('continuous integration, whose test is a back-end with curl', async () => {
  const port = String(await freePort());
  const own = (text: string): string => text.replaceAll('8123', port);
  const place = await project('curl', { 'bank.sh': own(block('curl')) });
  // The packages are there; each step has a shell of its own.
  const steps = [...own(block('ci')).matchAll(/^ +- run: (.*)$/gm)].map(([, line = '']) => line);
  expect(steps[0]).toBe('npm ci');
  const printed = await shell(
    steps
      .slice(1)
      .map((step) => `( ${step}\n)`)
      .join('\n'),
    place,
  );
  expect(printed).toContain('"activated":true');
  expect(printed).toMatch(/"tokenValid":true.*"userId":"alice"/);
});
