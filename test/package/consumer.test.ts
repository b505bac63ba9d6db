import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { npm, root, runNode } from './support.ts';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
  exports: Record<string, unknown>;
};

/** A README's example: the first TypeScript block after `<!-- example:main -->`. */
function exampleOf(readme: string): string {
  const code = /<!-- example:main -->\s*```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  if (code === undefined) throw new Error('README.md has no ```ts block after <!-- example:main -->');
  return code;
}

/** Compiler settings of two typical projects; the first has no Node types, as an app for browsers. */
const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  target: 'ES2022',
};
const resolutions = {
  bundler: {
    ...strict,
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    types: [],
  },
  nodenext: { ...strict, module: 'nodenext', moduleResolution: 'nodenext', types: ['node'] },
};

describe('the packed package in an empty project', () => {
  let project: string;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'powerauth-wasm-consumer-'));
    await npm(['pack', '--pack-destination', project]);
    const [tarball] = await readdir(project);
    await writeFile(
      join(project, 'package.json'),
      JSON.stringify({ name: 'consumer', version: '1.0.0', private: true, type: 'module' }),
    );
    const nodeTypes = `@types/node@${manifest.devDependencies['@types/node'] ?? ''}`;
    const quietly = ['--prefer-offline', '--no-audit', '--no-fund'];
    await npm(['install', ...quietly, `./${tarball ?? ''}`, nodeTypes], project);
    await mkdir(join(project, 'src'));
    await writeFile(
      join(project, 'src/example.ts'),
      exampleOf(await readFile(join(root, 'README.md'), 'utf8')),
    );
    const subpaths = Object.keys(manifest.exports).filter((path) => path !== './package.json');
    const imports = subpaths.map(
      (path, index) =>
        `import * as module${index} from '${path.replace('.', 'powerauth-wasm')}';\nconsole.log('${path}', Object.keys(module${index}).length > 0);`,
    );
    await writeFile(join(project, 'src/subpaths.ts'), imports.join('\n'));
  }, 180_000);

  afterAll(async () => {
    await rm(project, { recursive: true, force: true });
  });

  describe.each(Object.entries(resolutions))('moduleResolution %s', (resolution, compilerOptions) => {
    beforeAll(async () => {
      await writeFile(
        join(project, `tsconfig.${resolution}.json`),
        JSON.stringify({
          compilerOptions: { ...compilerOptions, rootDir: 'src', outDir: resolution },
          include: ['src'],
        }),
      );
      await runNode([tsc, '-p', `tsconfig.${resolution}.json`], project);
    }, 120_000);

    test('the example of the README compiles and runs', async () => {
      const output = await runNode([`${resolution}/example.js`], project);
      expect(output).toContain('200');
    });

    test('every subpath compiles and loads', async () => {
      const output = await runNode([`${resolution}/subpaths.js`], project);
      const lines = Object.keys(manifest.exports).filter((path) => path !== './package.json');
      expect(output.trim().split('\n')).toEqual(lines.map((path) => `${path} true`));
    });
  });
});
