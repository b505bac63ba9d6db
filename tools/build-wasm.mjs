#!/usr/bin/env node
/**
 * Compiles assembly/ and writes the two builds as TypeScript, so that no bundler needs a loader for them. Each file says of
 * which sources it was made; while these are the same nothing is compiled.
 *
 *     node tools/build-wasm.mjs [--check]
 *
 * With `--check` all is compiled and nothing written, and a committed file that differs is an error.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBinary } from './lib/binary-text.mjs';
import { root } from './lib/run.mjs';

const check = process.argv.includes('--check');
const builds = [
  { name: 'wasm-scalar', entry: 'assembly/index.ts', target: 'scalar' },
  { name: 'wasm-simd', entry: 'assembly/index.simd.ts', target: 'simd' },
];

/** Of all that a build depends on. */
function fingerprint() {
  const { assemblyscript, binaryen } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ).devDependencies;
  const hash = createHash('sha256').update(JSON.stringify([assemblyscript, binaryen]));
  const sources = readdirSync(join(root, 'assembly'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `assembly/${file.replaceAll('\\', '/')}`);
  for (const file of [
    'asconfig.json',
    'tools/build-wasm.mjs',
    'tools/lib/binary-text.mjs',
    ...sources.sort(),
  ])
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** The bytes of one build. @param {typeof builds[number]} build @returns {Promise<Uint8Array>} */
async function compile({ entry, target }) {
  const { default: asc } = await import('assemblyscript/asc');
  /** @type {Uint8Array | undefined} */
  let bytes;
  const options = ['--config', 'asconfig.json', '--target', target, '--baseDir', root];
  const { error, stderr } = await asc.main([entry, ...options, '--outFile', 'out.wasm'], {
    writeFile: (name, content) => {
      if (name === 'out.wasm') bytes = /** @type {Uint8Array} */ (content);
    },
  });
  if (error === null && bytes !== undefined) return bytes;
  throw new Error(`${entry} does not compile\n${stderr.toString()}`);
}

const sources = fingerprint();
for (const build of builds) {
  const file = `src/hot-path/generated/${build.name}.ts`;
  const committed = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';
  if (!check && committed.includes(`\n// Sources: ${sources}\n`)) continue;
  const bytes = await compile(build);
  const source = `// Generated from ${build.entry} by tools/build-wasm.mjs; do not edit.
// Sources: ${sources}

/** The ${build.name} build, ${bytes.length} bytes as text. */
export const wasmText =
  '${encodeBinary(bytes)}';
`;
  if (!check) {
    writeFileSync(join(root, file), source);
    console.log(`${file}: ${bytes.length} bytes of WebAssembly`);
  } else if (committed !== source) {
    process.exitCode = 1;
    console.error(
      `${file} is not what ${build.entry} compiles to: run node tools/build-wasm.mjs and commit it`,
    );
  }
}
