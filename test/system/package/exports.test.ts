/** What `npx publint`, `attw` and `knip` don't know of the package: our own rules for its names and files. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { npm, root } from './support.ts';

const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
  imports: Record<string, Record<string, string>>;
};

/** `./storage/redis` is dist/storage/redis.js, `./testing` dist/testing/index.js: a reader needs no table. */
function fileOf(subpath: string): string {
  const path = subpath.replace(/^\.\/?/, '');
  const file = `./dist/${path}`;
  return path !== '' && existsSync(join(root, `${file}.js`)) ? file : `${file}${path && '/'}index`;
}

test.each(Object.entries(manifest.exports).filter(([subpath]) => !subpath.endsWith('.json')))(
  '%s is named like its file',
  (subpath, target) => {
    const file = fileOf(subpath);
    const module = `${file}.js`;
    const expected = {
      types: `${file}.d.ts`,
      // Node and bundlers require the module itself, and then have it once.
      'module-sync': module,
      module,
      require: module.replace('./dist/', './dist/cjs/').replace(/js$/, 'cjs'),
      default: module,
    };
    // Compared as text, because the order of conditions counts: types must come first.
    expect(JSON.stringify(target)).toBe(JSON.stringify(expected));
    for (const path of Object.values(expected)) expect(existsSync(join(root, path)), path).toBe(true);
  },
);

test.each(Object.entries(manifest.imports))('%s leads to files that the build makes', (_, conditions) => {
  for (const path of Object.values(conditions)) {
    const files = path.endsWith('.cjs') ? [path] : [path, path.replace(/\.js$/, '.d.ts')];
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(true);
  }
});

const ALLOWED = [
  /^(?:package\.json|(?:README|CHANGELOG|SECURITY)\.md|LICENSE)$/,
  /^docs\/[\w-]+\.(?:md|png|svg)$/,
  /^dist\/(?:[\w-]+\/)*[\w-]+\.(?:js|d\.ts)$/,
  /^dist\/hot-path\/generated\/wasm-simd\.wasm$/,
  /^dist\/testing\/openapi\.json$/,
  /^dist\/(?:cjs\/|cli\.|playground\/)?LICENSES\.txt$/,
  /^dist\/playground\/(?:index\.html|playground\.css)$/,
  /^dist\/cjs\/(?:[\w-]+\/)*[\w-]+\.cjs$/,
  /^dist\/browser\/powerauth-wasm\.(?:js|LICENSES\.txt)$/,
];

test('npm packs what is named here, and no declaration that only the build needs', async () => {
  const [tarball] = JSON.parse(await npm(['pack', '--dry-run', '--json', '--ignore-scripts'])) as [
    { files: { path: string }[] },
  ];
  const files = tarball.files.map(({ path }) => path);
  expect(files.filter((path) => !ALLOWED.some((pattern) => pattern.test(path)))).toEqual([]);
  expect(files).toContain('dist/index.d.ts');
  expect(existsSync(join(root, 'dist/session/session.d.ts'))).toBe(true);
  expect(files).not.toContain('dist/session/session.d.ts');
}, 60_000);

test('the modules pass on the licence of what is built into them', async () => {
  expect(await readFile(join(root, 'dist/LICENSES.txt'), 'utf8')).toMatch(
    /^localforage [\d.]+ \(Apache-2\.0\)\n\n/,
  );
});
