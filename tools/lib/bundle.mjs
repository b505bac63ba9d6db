/**
 * What is made of the modules besides: one file for browsers that load modules without a bundler, and CommonJS for what
 * loads no modules by `require`, such as Jest.
 *
 * @module
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StepError, root } from './run.mjs';
import { VENDORED } from './slim.mjs';

/** `node_modules/<name>` of a bundled file, the innermost one. */
const packageOf = (file) =>
  file === `dist/${VENDORED}`
    ? 'node_modules/valibot'
    : /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];

/** The licences of all packages that went into the bundle, which their authors ask to be passed on. */
function licences(inputs) {
  const folders = [...new Set(inputs.map(packageOf).filter((folder) => folder !== undefined))].sort();
  return folders.map((folder) => {
    const { name, version, license, homepage } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    );
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    // Some packages only name their licence.
    if (file === undefined && !license) throw new StepError(`${name} does not say under which licence it is`);
    const text = file === undefined ? homepage : readFileSync(join(root, folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
}

/**
 * Bundles dist/index.js the way a browser's bundler resolves it into one minified module, its third parties' licences
 * beside it.
 *
 * @param outfile path in the project
 */
export async function bundleForBrowsers(outfile) {
  rmSync(join(root, dirname(outfile)), { recursive: true, force: true });
  const { metafile } = await bundle(
    { entryPoints: ['dist/index.js'], outfile, minify: true, platform: 'browser' },
    'keep what only Node has behind `#crypto`, `#platform` or a subpath of its own',
  );
  writeLicences(outfile.replace(/\.js$/, '.LICENSES.txt'), metafile);
}

/**
 * Makes CommonJS of all entry points and platforms, in files that share what they have in common. The packages that are
 * modules alone are in it, because what can't load ours can't load theirs.
 *
 * @param outdir path in the project
 */
export async function bundleForRequire(outdir) {
  const { transform } = await import('esbuild');
  rmSync(join(root, outdir), { recursive: true, force: true });
  const { exports, dependencies, peerDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const isModuleAlone = (name) => {
    const file = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
    return JSON.parse(file).type === 'module' && !file.includes('"require":');
  };
  const { outputFiles, metafile } = await bundle(
    {
      entryPoints: [
        ...Object.values(exports).flatMap((target) => target.default ?? []),
        ...['browser', 'default', 'node', 'server'].map((name) => `./dist/platform/${name}.js`),
        ...['node', 'web'].map((name) => `./dist/crypto/${name}.js`),
      ],
      outbase: 'dist',
      outdir,
      outExtension: { '.js': '.cjs' },
      chunkNames: 'chunks/[name]-[hash]',
      splitting: true,
      write: false,
      platform: 'node',
      external: [
        ...Object.keys(dependencies).filter((name) => !isModuleAlone(name)),
        ...Object.keys(peerDependencies),
      ],
      plugins: [
        {
          name: 'required',
          setup: ({ onResolve }) =>
            onResolve({ filter: /^#(?:crypto|platform)$/ }, ({ path }) => ({
              path: `${path}-required`,
              external: true,
            })),
        },
      ],
    },
    'see what esbuild says above',
  );
  for (const { path, text } of outputFiles) {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: 'es2022',
      // Jest's `require` has no `import()` beside it.
      supported: { 'dynamic-import': false },
      // Where `import.meta` matters the source says what takes its place.
      logOverride: { 'empty-import-meta': 'silent' },
      tsconfigRaw: '{}',
    });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
  }
  writeLicences(`${outdir}/LICENSES.txt`, metafile);
}

/** Bundles modules into modules; `remedy` is what to do where that fails. */
async function bundle(options, remedy) {
  // Loaded here: what imports this file may run before esbuild is installed.
  const { build, formatMessages } = await import('esbuild');
  try {
    return await build({
      absWorkingDir: root,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      legalComments: 'none',
      metafile: true,
      logLevel: 'silent',
      // The sources' own settings (paths for `#crypto` and `#platform`) are not those of the package.
      tsconfigRaw: '{}',
      ...options,
    });
  } catch (error) {
    if (!error.errors) throw error;
    const output = (await formatMessages(error.errors, { kind: 'error' })).join('\n');
    throw new StepError(`The bundle in ${options.outdir ?? options.outfile} could not be made`, {
      output,
      remedy,
      cause: error,
    });
  }
}

/** Writes the licences of all packages in a bundle. */
export function writeLicences(file, { inputs }) {
  writeFileSync(join(root, file), licences(Object.keys(inputs)).join(`\n${'-'.repeat(80)}\n\n`));
}
