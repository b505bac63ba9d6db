#!/usr/bin/env node
/**
 * Checks what npm would publish: every export leads to a built file with its types and is named like that file, publint
 * has no objection, and nothing else is in the tarball.
 *
 *     node tools/check-package.mjs
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { npm } from './lib/npm.mjs';
import { root } from './lib/run.mjs';
import { filesUnder } from './lib/stamp.mjs';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const problems = [];

/** `./storage/redis` is dist/storage/redis.js, `./testing` dist/testing/index.js: a reader needs no table. */
function fileOf(subpath) {
  const path = subpath.replace(/^\.\/?/, '');
  const file = `./dist/${path}`;
  return path !== '' && existsSync(join(root, `${file}.js`)) ? file : `${file}${path && '/'}index`;
}

for (const [subpath, target] of Object.entries(manifest.exports)) {
  if (subpath === './package.json') continue;
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
  if (JSON.stringify(target) !== JSON.stringify(expected)) {
    problems.push(
      `exports["${subpath}"] is ${JSON.stringify(target)}, its name says ${JSON.stringify(expected)}`,
    );
  }
  for (const path of Object.values(target)) {
    if (!existsSync(join(root, path)))
      problems.push(`exports["${subpath}"] names ${path}, which the build does not make`);
  }
}
for (const [name, conditions] of Object.entries(manifest.imports)) {
  for (const path of Object.values(conditions)) {
    for (const file of path.endsWith('.cjs') ? [path] : [path, path.replace(/\.js$/, '.d.ts')]) {
      if (!existsSync(join(root, file)))
        problems.push(`imports["${name}"] needs ${file}, which the build does not make`);
    }
  }
}

// Each package that a built file asks for, as esbuild reads it: comments with examples ask for some as well.
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: filesUnder('dist').filter((file) => file.endsWith('.js') && !file.startsWith('dist/browser/')),
  outdir: 'build/unused',
  write: false,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  metafile: true,
  tsconfigRaw: '{}',
});
const used = new Set(
  Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external && !isBuiltin(path))
    .map(({ path }) => /^(?:@[^/]+\/)?[^/]+/.exec(path)[0]),
);
// Where SQLite is not built in; `createRequire` finds it there, which esbuild doesn't see.
used.add('better-sqlite3');
const dependencies = { ...manifest.dependencies, ...manifest.peerDependencies };
for (const name of used) {
  if (!(name in dependencies)) problems.push(`dist imports ${name}, which is not among the dependencies`);
}
for (const name of Object.keys(dependencies)) {
  if (!used.has(name)) problems.push(`${name} is a dependency that nothing in dist imports`);
}

const ALLOWED = [
  /^(?:package\.json|(?:README|CHANGELOG|SECURITY)\.md|LICENSE)$/,
  /^docs\/[\w-]+\.(?:md|svg)$/,
  /^dist\/(?:[\w-]+\/)*[\w-]+\.(?:js|d\.ts)$/,
  /^dist\/vendor\/LICENSES\.txt$/,
  /^dist\/cjs\/(?:LICENSES\.txt|(?:[\w-]+\/)*[\w-]+\.cjs)$/,
  /^dist\/browser\/powerauth-wasm\.(?:js|LICENSES\.txt)$/,
];

const PACKED = 'build/pack';
rmSync(join(root, PACKED), { recursive: true, force: true });
mkdirSync(join(root, PACKED), { recursive: true });
const [tarball] = JSON.parse(await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', PACKED]));
for (const { path } of tarball.files) {
  if (!ALLOWED.some((pattern) => pattern.test(path))) problems.push(`${path} has no place in the tarball`);
}

const content = readFileSync(join(root, PACKED, tarball.filename));
const { messages } = await publint({
  pack: { tarball: content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength) },
  strict: true,
});
problems.push(...messages.map((message) => formatMessage(message, manifest, { color: false })));

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else
  console.log(`${tarball.files.length} files, ${tarball.size} B packed, ${tarball.unpackedSize} B unpacked`);
