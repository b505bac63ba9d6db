/**
 * What the package's `imports` lead to, among the sources.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/lib/run.mjs';

/**
 * The TypeScript file of each `#name`, which package.json names as a built file.
 *
 * @param {'node' | 'browser' | 'default'} condition
 * @returns {Record<string, string>}
 */
export function sourceImports(condition) {
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.fromEntries(
    Object.keys(imports)
      // Those of CommonJS have no sources of their own.
      .filter((name) => !name.endsWith('-required'))
      .map((name) => {
        const file = imports[name][condition] ?? imports[name].default;
        return [name, join(root, file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))];
      }),
  );
}
