#!/usr/bin/env node
/**
 * Compiles assembly/ and writes the two builds as TypeScript, so that no bundler needs a loader for them.
 *
 *     node tools/build-wasm.mjs [--check]
 *
 * With `--check` nothing is written, and a committed file that differs from its source is an error.
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');
const builds = [
  { name: 'wasm-scalar', entry: 'assembly/index.ts', target: 'scalar' },
  { name: 'wasm-simd', entry: 'assembly/index.simd.ts', target: 'simd' },
];

/** The bytes of one build. */
async function compile({ entry, target }) {
  const folder = mkdtempSync(join(tmpdir(), 'powerauth-wasm-'));
  const outFile = join(folder, 'out.wasm');
  try {
    const { error, stderr } = await asc.main(
      [entry, '--config', 'asconfig.json', '--target', target, '--baseDir', root, '--outFile', outFile],
      { writeFile: (name, content) => writeFileSync(name, content) },
    );
    if (error !== null) throw new Error(`${entry} does not compile\n${stderr.toString()}`);
    return readFileSync(outFile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The TypeScript file around them. */
function moduleSource({ name, entry }, bytes) {
  return [
    `// Generated from ${entry} by tools/build-wasm.mjs; do not edit.`,
    '',
    `/** The ${name} build, ${bytes.length} bytes in Base64. */`,
    `export const wasmBase64 =`,
    `  '${bytes.toString('base64')}';`,
    '',
  ].join('\n');
}

let stale = false;
for (const build of builds) {
  const bytes = await compile(build);
  const file = `src/hot-path/generated/${build.name}.ts`;
  const source = moduleSource(build, bytes);
  if (!check) {
    writeFileSync(join(root, file), source);
    console.log(`${file}: ${bytes.length} bytes of WebAssembly`);
  } else if (readFileSync(join(root, file), 'utf8') !== source) {
    stale = true;
    console.error(
      `${file} is not what ${build.entry} compiles to: run node tools/build-wasm.mjs and commit it`,
    );
  }
}
if (stale) process.exitCode = 1;
