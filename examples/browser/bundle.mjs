/**
 * The two bundlers, without any settings for the package.
 *
 * @module
 */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./', import.meta.url));

const bundlers = {
  async esbuild(outdir) {
    const { build } = await import('esbuild');
    await build({
      entryPoints: [join(folder, 'main.ts')],
      outdir,
      bundle: true,
      minify: true,
      format: 'esm',
      logLevel: 'error',
      // Only needed in this repository: its tsconfig.json maps the package to its own sources.
      tsconfigRaw: '{}',
    });
    // esbuild doesn't handle HTML pages.
    const page = await readFile(join(folder, 'index.html'), 'utf8');
    await writeFile(join(outdir, 'index.html'), page.replace('./main.ts', './main.js'));
    await copyFile(join(folder, 'style.css'), join(outdir, 'style.css'));
  },
  async vite(outDir) {
    const { build } = await import('vite');
    await build({ root: folder, configFile: false, logLevel: 'error', build: { outDir } });
  },
};

/**
 * Bundles the app into an empty folder.
 *
 * @param {string} bundler `esbuild` or `vite`
 * @param {string} outdir
 */
export async function bundleExample(bundler, outdir) {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await bundlers[bundler](outdir);
}
