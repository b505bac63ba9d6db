/**
 * The one-file build for browsers that load modules without a bundler.
 *
 * @module
 */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StepError, root } from './run.mjs';

/** `node_modules/<name>` of a bundled file, the innermost one. */
const packageOf = (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];

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
  // Loaded here: what imports this file may run before esbuild is installed.
  const { build, formatMessages } = await import('esbuild');
  rmSync(join(root, dirname(outfile)), { recursive: true, force: true });
  let result;
  try {
    result = await build({
      absWorkingDir: root,
      entryPoints: ['dist/index.js'],
      outfile,
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      legalComments: 'none',
      metafile: true,
      logLevel: 'silent',
      // The sources' own settings (a path for `#platform`) are not those of the package.
      tsconfigRaw: '{}',
    });
  } catch (error) {
    if (!error.errors) throw error;
    const output = (await formatMessages(error.errors, { kind: 'error' })).join('\n');
    throw new StepError('The bundle for browsers could not be made', {
      output,
      remedy: 'keep what only Node has behind `#platform` or a subpath of its own',
      cause: error,
    });
  }
  const texts = licences(Object.keys(result.metafile.inputs));
  const target = join(root, outfile.replace(/\.js$/, '.LICENSES.txt'));
  writeFileSync(target, texts.join(`\n${'-'.repeat(80)}\n\n`));
}
