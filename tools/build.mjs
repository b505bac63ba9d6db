#!/usr/bin/env node
/**
 * Builds dist/: WebAssembly, then TypeScript, then one file for browsers and files in CommonJS. Each step is skipped when nothing it reads has
 * changed, and dist/ never holds a file of an earlier build.
 *
 *     node tools/build.mjs [--check]
 *
 * With `--check` the generated WebAssembly file is compared with what its source gives, and not written.
 *
 * @module
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleForBrowsers, bundleForRequire, writeLicences } from './lib/bundle.mjs';
import { exclusively } from './lib/lock.mjs';
import { StepError, main, root, runNode } from './lib/run.mjs';
import { slim } from './lib/slim.mjs';
import { filesUnder, stepIfChanged } from './lib/stamp.mjs';

const check = process.argv.includes('--check');
const BROWSER = 'dist/browser';
const COMMONJS = 'dist/cjs';
const STAGE = 'build/stage';

function assertInstalled() {
  if (existsSync(join(root, 'node_modules', 'typescript'))) return;
  throw new StepError('The development packages are not installed', {
    remedy: 'run `npm run setup`, which also builds',
  });
}

const webAssembly = () =>
  stepIfChanged(
    {
      name: 'wasm',
      title: check ? 'Rebuild the WebAssembly and compare it with the one in git' : 'Build the WebAssembly',
      reads: ['assembly', 'asconfig.json', 'tools/build-wasm.mjs'],
      writes: ['src/hot-path/generated'],
    },
    () =>
      runNode(['tools/build-wasm.mjs', ...(check ? ['--check'] : [])], {
        remedy: check
          ? 'run `npm run build` and commit src/hot-path/generated, if the change under assembly/ is wanted'
          : 'correct what the compiler names above in assembly/',
      }),
  );

/** Makes `to` hold exactly the files of `from`, but for those under a folder of `keep`; a file that is equal is not touched. */
function mirror(from, to, keep) {
  const wanted = new Set(filesUnder(from).map((file) => to + file.slice(from.length)));
  for (const file of wanted) {
    const source = join(root, from + file.slice(to.length));
    const target = join(root, file);
    if (existsSync(target) && readFileSync(target).equals(readFileSync(source))) continue;
    mkdirSync(dirname(target), { recursive: true });
    // A reader sees the old file or the new one, never a half.
    copyFileSync(source, `${target}.new`);
    renameSync(`${target}.new`, target);
  }
  for (const file of filesUnder(to)) {
    if (wanted.has(file) || keep.some((folder) => file.startsWith(`${folder}/`))) continue;
    rmSync(join(root, file));
    removeEmpty(dirname(join(root, file)));
  }
}

function removeEmpty(folder) {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return;
    throw error;
  }
  removeEmpty(dirname(folder));
}

/** Writes the bytes of a build beside the file that has them in Base64, for runtimes that import WebAssembly as a module. */
function writeWasmFile(path) {
  const [, base64] = /wasmBase64 =\s*["']([^"']+)/.exec(readFileSync(join(root, `${path}.js`), 'utf8'));
  writeFileSync(join(root, `${path}.wasm`), Buffer.from(base64, 'base64'));
}

const typeScript = () =>
  stepIfChanged(
    {
      name: 'typescript',
      title: 'Compile the TypeScript',
      reads: ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'tools/build.mjs'],
      writes: ['dist', `!${BROWSER}`, `!${COMMONJS}`],
    },
    async () => {
      rmSync(join(root, STAGE), { recursive: true, force: true });
      await runNode(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', STAGE], {
        remedy: 'correct the errors above (`npm run check` shows those of the tests too)',
      });
      writeLicences(`${STAGE}/vendor/LICENSES.txt`, await slim(STAGE));
      writeWasmFile(`${STAGE}/hot-path/generated/wasm-simd`);
      mirror(STAGE, 'dist', [BROWSER, COMMONJS]);
    },
  );

const browserBundle = () =>
  stepIfChanged(
    {
      name: 'browser',
      title: 'Bundle for browsers',
      reads: ['dist', `!${BROWSER}`, `!${COMMONJS}`, 'package.json', 'tools/lib/bundle.mjs'],
      writes: [BROWSER],
    },
    () => bundleForBrowsers(`${BROWSER}/powerauth-wasm.js`),
  );

const commonJs = () =>
  stepIfChanged(
    {
      name: 'commonjs',
      title: 'Make CommonJS of it',
      reads: ['dist', `!${BROWSER}`, `!${COMMONJS}`, 'package.json', 'tools/lib/bundle.mjs'],
      writes: [COMMONJS],
    },
    () => bundleForRequire(COMMONJS),
  );

await main(async () => {
  assertInstalled();
  await exclusively(async () => {
    await webAssembly();
    await typeScript();
    await browserBundle();
    await commonJs();
  });
});
