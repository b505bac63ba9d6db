/** Apps that bundlers made for Node use the default storage without any setting: moved into an empty folder, run, and run again. */
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite, createLogger } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { requestsTo, testServer } from '../../helpers/client.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { emptyApp } from '../runtimes/app.mjs';
import { root } from './support.ts';
import { runApp } from './bundled/run.mjs';

let app: string;

beforeAll(async () => {
  app = emptyApp('bundled');
  cpSync(join(root, 'test/system/package/bundled'), app, { recursive: true });
}, 120_000);

/** What a bundler said, and what it made: a folder of files, of which `main.*` is the program. */
interface Bundled {
  readonly warnings: readonly string[];
  readonly folder: string;
}

async function byEsbuild(format: 'esm' | 'cjs'): Promise<Bundled> {
  const folder = join(app, `by-esbuild-${format}`);
  const { warnings } = await esbuild({
    entryPoints: [join(app, 'main.mjs')],
    outdir: folder,
    outExtension: { '.js': format === 'cjs' ? '.cjs' : '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    format,
    logLevel: 'silent',
  });
  return { warnings: warnings.map(({ text }) => text), folder };
}

/** Vite's build for servers; Rollup makes it. */
async function byVite(noExternal: boolean, format: 'es' | 'cjs' = 'es'): Promise<Bundled> {
  const warnings: string[] = [];
  const collect = (message: string): void => void warnings.push(message);
  const folder = join(app, `by-vite-${noExternal}-${format}`);
  const entryFileNames = format === 'cjs' ? '[name].cjs' : '[name].mjs';
  await vite({
    root: app,
    configFile: false,
    customLogger: { ...createLogger('silent'), warn: collect, warnOnce: collect },
    ssr: noExternal ? { noExternal: true } : {},
    build: {
      ssr: 'main.mjs',
      outDir: folder,
      minify: noExternal,
      rollupOptions: { output: { format, entryFileNames } },
    },
  });
  return { warnings, folder };
}

/** Activates in the first run, and goes on with the same token in the second one. */
async function expectToWork(folder: string): Promise<void> {
  const server = await testServer();
  const home = await temporaryFolder();
  const program = join(folder, readdirSync(folder).find((file) => file.startsWith('main.')) ?? '');
  for (const runs of [1, 2]) {
    const { stdout, stderr } = await runApp(server, {
      command: [process.execPath, program],
      cwd: folder,
      home,
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ status: 200, threads: 1, isCheckpointed: true, faults: [] });
    expect(requestsTo(server, '/api/possession/token')).toBe(runs);
  }
  expect(requestsTo(server, '/pa/v3/activation/create')).toBe(1);
  expect(requestsTo(server, '/pa/v3/token/create')).toBe(1);
}

describe('all in one file, in a folder without packages', () => {
  test.each([
    ['esbuild, modules', () => byEsbuild('esm')],
    ['esbuild, CommonJS', () => byEsbuild('cjs')],
    ['Vite SSR, ssr.noExternal', () => byVite(true)],
    ['Vite SSR, ssr.noExternal, CommonJS', () => byVite(true, 'cjs')],
  ])('%s', async (_, bundle) => {
    const { warnings, folder } = await bundle();
    expect(warnings).toEqual([]);
    const [file = '', ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    const elsewhere = join(await temporaryFolder(), 'app');
    mkdirSync(elsewhere);
    await rename(join(folder, file), join(elsewhere, file));
    await expectToWork(elsewhere);
  });
});

test('Vite SSR as it is, which leaves packages where they are', async () => {
  const { warnings, folder } = await byVite(false);
  expect(warnings).toEqual([]);
  await expectToWork(folder);
});
