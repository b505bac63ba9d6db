/** The build, of a small project that has our tools and packages. */
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, runNode } from './support.ts';

let project: string;

const put = async (path: string, content: string): Promise<void> => {
  await mkdir(join(project, path, '..'), { recursive: true });
  await writeFile(join(project, path), content);
};

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'powerauth-wasm-build-'));
  const parts = ['assembly', 'src/hot-path/generated', 'src/hot-path/binary-text.ts', 'tools/lib'];
  const files = [
    'asconfig.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'tools/build.mjs',
    'tools/build-wasm.mjs',
  ];
  for (const part of [...parts, ...files])
    await cp(join(root, part), join(project, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'), 'junction');
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as object & {
    devDependencies: object;
  };
  const exports = { '.': { types: './dist/index.d.ts', default: './dist/index.js' } };
  const manifest = { name: 'small', version: '1.0.0', type: 'module', exports, devDependencies };
  await put(
    'package.json',
    JSON.stringify({ ...manifest, imports: {}, dependencies: {}, peerDependencies: {} }),
  );
  await put('src/index.ts', `export { name } from './errors.ts';\n`);
  await put(
    'src/cli/main.ts',
    `#!/usr/bin/env node\nimport { name } from '../errors.ts';\nconsole.log(name);\n`,
  );
  await put('src/errors.ts', `export const name: string = 'small';\n`);
  await put('src/testing/admin/openapi.ts', `export const openApi = { openapi: '3.1.0' };\n`);
  await build();
}, 60_000);

afterAll(() => rm(project, { recursive: true, force: true }));

const build = (): Promise<string> => runNode(['tools/build.mjs'], project);
const text = (path: string): Promise<string> => readFile(join(project, path), 'utf8');

/** When each file of dist/ was written. */
async function times(): Promise<Record<string, number>> {
  const files = await readdir(join(project, 'dist'), { recursive: true });
  const entries = files.map(
    async (file) => [file, (await stat(join(project, 'dist', file))).mtimeMs] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

test('writes nothing when nothing has changed', async () => {
  const before = await times();
  expect(await build()).toBe('');
  expect(await times()).toEqual(before);
}, 60_000);

test('brings back what is missing or spoiled, and removes what is of no source', async () => {
  const before = await text('dist/index.js');
  await rm(join(project, 'dist/index.js'));
  await writeFile(join(project, 'dist/errors.js'), 'spoiled');
  await writeFile(join(project, 'dist/former.js'), 'of an earlier build');
  expect(await build()).toBe('> Build: 3 files of dist/ have changed\n');
  expect(await text('dist/index.js')).toBe(before);
  expect(await text('dist/errors.js')).not.toBe('spoiled');
  expect(await readdir(join(project, 'dist'))).not.toContain('former.js');
}, 60_000);

test('two at a time end well, and leave what one leaves', async () => {
  const files = Object.keys(await times());
  const index = await text('dist/index.js');
  await rm(join(project, 'dist'), { recursive: true });
  await Promise.all([build(), build()]);
  expect(Object.keys(await times()).sort()).toEqual(files.sort());
  expect(await text('dist/index.js')).toBe(index);
}, 60_000);

test('follows a source, its removal too, and stops at an error of types', async () => {
  const source = join(project, 'src/util/added.ts');
  await put('src/util/added.ts', `// why\nexport const added: string = 'here';\n`);
  await build();
  expect(await text('dist/util/added.js')).toBe(`export const added = "here";\n`);
  expect(await text('dist/.npmignore')).toContain('/util/added.d.ts\n');

  await writeFile(source, `export const added: string = 1;\n`);
  await expect(build()).rejects.toThrow(/added\.ts.*TS2322[^]*What to do: correct the errors above/);
  expect(await text('dist/util/added.js')).toBe(`export const added = "here";\n`);

  await rm(source);
  await build();
  expect((await readdir(join(project, 'dist/util'))).filter((name) => name.startsWith('added'))).toEqual([]);
}, 60_000);

test('the generated WebAssembly is compiled anew when its source changes, and compared on demand', async () => {
  const generated = 'src/hot-path/generated/wasm-scalar.ts';
  const before = await text(generated);
  const other = before.replace(/.(?=';\n$)/, (last) => (last === 'A' ? 'B' : 'A'));
  expect(other).not.toBe(before);
  await put(generated, other);
  await expect(runNode(['tools/build-wasm.mjs', '--check'], project)).rejects.toThrow(
    /is not what .* compiles to/,
  );
  expect(await runNode(['tools/build-wasm.mjs'], project)).toBe('');
  // As when a source differs from the one that it was made of.
  await put(generated, before.replace(/Sources: ..../, 'Sources: 0000'));
  expect(await runNode(['tools/build-wasm.mjs'], project)).toContain(generated);
  expect(await text(generated)).toBe(before);
}, 60_000);
