/** The picture of the layers is the one that is checked, and the check finds what it is for. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../helpers/storage.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('docs/architecture.md shows the layers that are checked', async () => {
  const { drawn, picture } = (await import(
    new URL('../../tools/architecture.mjs', import.meta.url).href
  )) as {
    drawn: () => string | undefined;
    picture: () => string;
  };
  expect(drawn(), 'node tools/architecture.mjs draws it anew').toBe(picture());
});

test('an import upwards, sideways, from nowhere or in a circle is refused', async () => {
  const folder = await temporaryFolder();
  const files = {
    'tsconfig.json': '{}',
    'src/errors.ts': 'export {};',
    'src/net/a.ts': "import type {} from '../session/a.ts';\nimport '../errors.ts';",
    'src/session/a.ts': "import '../net/b.ts';",
    'src/net/b.ts': 'export {};',
    'src/storage/a.ts': "import '../protocol/a.ts';",
    'src/protocol/a.ts': "import 'node:crypto';",
    'src/util/a.ts': "import type {} from './b.ts';",
    'src/util/b.ts': "import './a.ts';",
    'src/other/a.ts': "import './gone.ts';",
    'src/testing/a.ts': "import '../protocol/a.ts';\nimport '../errors.ts';",
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['--config', join(root, '.dependency-cruiser.mjs'), '--output-type', 'json', 'src'],
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { from: string; to: string; rule: { name: string } }[] };
  };
  expect(summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} ${to}`).sort()).toEqual([
    'every-room-has-a-layer: src/other/a.ts ./gone.ts',
    'found: src/other/a.ts ./gone.ts',
    'layers: src/net/a.ts src/session/a.ts',
    'layers: src/storage/a.ts src/protocol/a.ts',
    'no-circle: src/util/a.ts src/util/b.ts',
    'no-node-in-browsers: src/protocol/a.ts crypto',
    'testing-apart: src/testing/a.ts src/protocol/a.ts',
  ]);
});
