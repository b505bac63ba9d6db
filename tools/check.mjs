#!/usr/bin/env node
/**
 * What can be found without running anything: types, lint, layers, format, and the package as npm would publish it. A check is
 * skipped when nothing it reads has changed since it passed. Expects a build.
 *
 *     node tools/check.mjs
 *
 * @module
 */
import { main, runNode } from './lib/run.mjs';
import { stepIfChanged } from './lib/stamp.mjs';

const sources = [
  ...['src', 'test', 'bench', 'tools', 'examples', 'assembly'],
  ...[
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
    'eslint.config.js',
    '.prettierrc.json',
    '.prettierignore',
  ],
];
const bin = (path) => `node_modules/${path}`;

await main(async () => {
  await stepIfChanged({ name: 'types', title: 'Check the types', reads: sources }, () =>
    runNode([bin('typescript/bin/tsc'), '-p', 'tsconfig.json', '--noEmit'], {
      remedy: 'correct the types named above',
    }),
  );
  await stepIfChanged({ name: 'lint', title: 'Lint', reads: sources }, () =>
    runNode([bin('eslint/bin/eslint.js'), '--max-warnings', '0', '.'], {
      remedy: 'correct what is named above',
    }),
  );
  await stepIfChanged(
    {
      name: 'layers',
      title: 'Check the layers',
      reads: ['src', '.dependency-cruiser.mjs', 'package.json', 'tsconfig.json'],
    },
    () =>
      runNode([bin('dependency-cruiser/bin/dependency-cruise.mjs'), 'src'], {
        remedy: 'import only what is in a layer below, see docs/architecture.md',
      }),
  );
  await stepIfChanged({ name: 'format', title: 'Check the format', reads: sources }, () =>
    runNode([bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'], {
      remedy: 'run `npm run format`',
    }),
  );
  await stepIfChanged(
    {
      name: 'docs',
      title: 'Check the documentation',
      reads: [
        'src',
        'docs',
        '!docs/api',
        'README.md',
        'package.json',
        'tsconfig.build.json',
        'typedoc.config.mjs',
      ],
    },
    () =>
      runNode([bin('typedoc/bin/typedoc'), '--emit', 'none'], {
        remedy: 'document what is named above; `npm run docs` builds the site',
      }),
  );
  await stepIfChanged(
    {
      name: 'package',
      title: 'Check the package',
      reads: [
        'dist',
        'docs',
        '!docs/api',
        'README.md',
        'CHANGELOG.md',
        'SECURITY.md',
        'LICENSE',
        'package.json',
        'tools/check-package.mjs',
      ],
    },
    () => runNode(['tools/check-package.mjs'], { remedy: 'correct package.json or the build as said above' }),
  );
});
