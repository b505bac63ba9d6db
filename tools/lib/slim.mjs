/**
 * Makes what the compiler wrote smaller, for those who install it: without comments in the code, without declarations that
 * no public one leads to, and with the few functions of valibot that are used in place of a dependency of 1.9 MB.
 *
 * @module
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from './run.mjs';
import { filesUnder } from './stamp.mjs';

/** Among the built files; its licence is passed on beside it. */
export const VENDORED = 'vendor/valibot.js';

/** As esbuild writes the one form in which sources import it. */
const IMPORT = 'import * as v from "valibot"';
const USED = /\bv\.(\w+)/g;

/**
 * Does it.
 *
 * @param folder path in the project, of files as the compiler wrote them
 * @returns what esbuild says of the packages that went in
 */
export function slim(folder) {
  const files = filesUnder(folder);
  dropPrivateDeclarations(folder, files);
  return slimCode(
    folder,
    files.filter((file) => file.endsWith('.js')),
  );
}

async function slimCode(folder, files) {
  const { build, transform } = await import('esbuild');
  const used = new Set();
  for (const file of files) {
    const { code } = await transform(readFileSync(join(root, file), 'utf8'), {
      target: 'es2022',
      legalComments: 'none',
      tsconfigRaw: '{}',
    });
    const path = posix.relative(posix.dirname(file), `${folder}/${VENDORED}`);
    const slimmed = code.replace(IMPORT, `import * as v from "${path.startsWith('.') ? path : `./${path}`}"`);
    if (slimmed !== code) for (const [, name] of code.matchAll(USED)) used.add(name);
    writeFileSync(join(root, file), slimmed);
  }
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: { contents: `export { ${[...used].sort().join(', ')} } from 'valibot';`, resolveDir: root },
    outfile: `${folder}/${VENDORED}`,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    metafile: true,
    tsconfigRaw: '{}',
  });
  return metafile;
}

/** Removes the declarations that nobody gets at, through the entry points of package.json. */
function dropPrivateDeclarations(folder, files) {
  const { exports, imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const reached = new Set();
  const reach = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, path] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g))
      reach(posix.join(posix.dirname(file), path).replace(/\.[jt]s$/, '.d.ts'));
  };
  const entries = [
    ...Object.values(exports).map(({ types }) => types),
    ...Object.values(imports['#platform']),
  ];
  for (const entry of entries)
    if (entry !== undefined) reach(entry.replace('./dist', folder).replace(/(?:\.d)?\.[jt]s$/, '.d.ts'));
  for (const file of files) if (file.endsWith('.d.ts') && !reached.has(file)) rmSync(join(root, file));
}
