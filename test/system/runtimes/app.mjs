/**
 * An application that has the package among its node_modules, as npm would put it there, and runs the suite.
 *
 * @module
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { root } from '../../../tools/lib/run.mjs';

/** What the suite imports from src comes from the package: public parts by their names, the rest by its file. */
const fromPackage = {
  name: 'from-package',
  setup({ onResolve }) {
    onResolve({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
      const file = path.replace(/^.*\/src\//, '').replace(/\.ts$/, '');
      const names = {
        index: 'powerauth-wasm',
        fetch: 'powerauth-wasm/fetch',
        'storage/memory': 'powerauth-wasm/storage/memory',
      };
      return { path: names[file] ?? `./node_modules/powerauth-wasm/dist/${file}.js`, external: true };
    });
  },
};

/**
 * Makes an empty application anew, with the package from dist among its node_modules.
 *
 * @param {string} name its folder under build/
 * @returns its folder
 */
export function emptyApp(name) {
  const app = join(root, 'build', name);
  rmSync(app, { recursive: true, force: true });
  const installed = join(app, 'node_modules', 'powerauth-wasm');
  mkdirSync(installed, { recursive: true });
  for (const part of ['dist', 'package.json'])
    cpSync(join(root, part), join(installed, part), { recursive: true });
  // Without a manifest of its own it would be a part of this project, and find the project in place of the package.
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  return app;
}

/**
 * Makes it anew from dist: `process.mjs`, `crypto.mjs` and `store.mjs` for runtimes that run a script, `worker.mjs` for workerd.
 *
 * @returns its folder
 */
export async function prepareApp() {
  const app = emptyApp('runtimes');
  cpSync(join(root, 'test/system/runtimes/store.mjs'), join(app, 'store.mjs'));
  const chosen = join(app, 'node_modules', 'powerauth-wasm', 'chosen-crypto.mjs');
  writeFileSync(chosen, "export * from '#crypto';\n");
  /** @type {import('esbuild').BuildOptions} */
  const options = { absWorkingDir: root, bundle: true, format: 'esm', target: 'es2022', logLevel: 'error' };
  await build({
    ...options,
    entryPoints: ['process', 'crypto', 'worker'].map((name) => `test/system/runtimes/${name}.ts`),
    outdir: relative(root, app),
    outExtension: { '.js': '.mjs' },
    platform: 'neutral',
    external: ['node:fs'],
    plugins: [fromPackage],
    tsconfigRaw: '{}',
  });
  // workerd reads no node_modules: a worker is bundled under the conditions of wrangler.
  await build({
    ...options,
    entryPoints: [join(app, 'worker.mjs')],
    outfile: join(app, 'worker.bundle.mjs'),
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    // As wrangler takes them along: modules beside the worker.
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    tsconfigRaw: '{}',
  });
  return app;
}

/**
 * Makes `store.mjs` one file without packages, as a bundler makes it of an app for a server.
 *
 * @returns its folder
 */
export async function bundleStore() {
  const folder = join(root, 'build', 'runtimes-bundled');
  rmSync(folder, { recursive: true, force: true });
  await build({
    absWorkingDir: join(root, 'build', 'runtimes'),
    entryPoints: ['store.mjs'],
    outfile: join(folder, 'store.mjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    // As webpack writes it: a file of the machine where it was built.
    define: { 'import.meta': JSON.stringify({ url: 'file:///elsewhere/app.js' }) },
    tsconfigRaw: '{}',
  });
  return folder;
}
