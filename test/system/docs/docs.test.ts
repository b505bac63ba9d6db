/** The documentation in the sources: nothing public without it, and examples that compile. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { root } from '../package/support.ts';
import { publicNames } from '../../docs/public-names.ts';
import { sourceImports } from '../../helpers/source-imports.mjs';

const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, { types?: string }>;
};
/** Source file of each entry point, by what a program imports. */
const entries = Object.fromEntries(
  Object.entries(manifest.exports).flatMap(([subpath, { types }]) =>
    types === undefined
      ? []
      : [
          [
            subpath.replace(/^\./, 'powerauth-wasm'),
            join(root, types.replace('dist', 'src').replace('.d.ts', '.ts')),
          ],
        ],
  ),
);
const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  erasableSyntaxOnly: true,
  noEmit: true,
  skipLibCheck: true,
  paths: Object.fromEntries(
    Object.entries({ ...sourceImports('node'), ...entries }).map(([name, file]) => [name, [file]]),
  ),
};
/** One for all: what it has parsed is not parsed again. */
const sources = ts.createProgram(Object.values(entries), options);
/** The file of the app's own that docs/gateway.md imports. */
const BANK = `
import type { PowerAuth, PowerAuthClientConfigurationType, PowerAuthConfigurationType } from 'powerauth-wasm';
export declare const configuration: PowerAuthConfigurationType;
export declare const client: PowerAuthClientConfigurationType;
export declare const sealingKey: Uint8Array;
export declare const url: string;
export declare function activate(powerAuth: PowerAuth): Promise<void>;
`;
const names = publicNames(Object.values(entries), sources);

describe('each public name', () => {
  test('is found', () => {
    const found = names.map(({ name }) => name);
    for (const name of [
      'PowerAuth',
      'PowerAuth.configure',
      'new PowerAuthError',
      'PowerAuthPassword.length',
    ]) {
      expect(found).toContain(name);
    }
    expect(found.length).toBeGreaterThan(150);
  });

  test('says what it does', () => {
    expect(
      names.filter(({ summary }) => summary.trim() === '').map(({ name, place }) => `${place} ${name}`),
    ).toEqual([]);
  });

  test('has an example', () => {
    expect(
      names.filter(({ examples }) => examples.length === 0).map(({ name, place }) => `${place} ${name}`),
    ).toEqual([]);
  });
});

test('the examples compile', async () => {
  const folder = join(root, 'build/doc-examples');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const files = await Promise.all(
    [...names, ...(await guides())].flatMap(({ name, place, examples }) =>
      examples.map(async (example, i) => {
        const file = join(folder, `${name.replace(/\W+/g, '-')}-${place.replace(/\W+/g, '-')}-${i}.ts`);
        await writeFile(file, `${importsFor(example)}${example}\nexport {};\n`);
        return file;
      }),
    ),
  );
  await writeFile(join(folder, 'bank.d.ts'), BANK);
  const all = [...files, join(root, 'test/system/docs/names.d.ts')];
  const program = ts.createProgram(all, options, undefined, sources);
  const problems = files.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText, start }) => {
        const line = source?.text.slice(start ?? 0).split('\n')[0] ?? '';
        return `${file.slice(folder.length + 1)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}: ${line}`;
      },
    );
  });
  expect(problems).toEqual([]);
}, 120_000);

/** The guides beside the sources, with their examples. */
async function guides(): Promise<{ name: string; place: string; examples: string[] }[]> {
  const pages = (await readdir(join(root, 'docs'))).filter((file) => file.endsWith('.md'));
  const found = await Promise.all(
    pages.map(async (page) => {
      const text = await readFile(join(root, 'docs', page), 'utf8');
      return {
        name: page,
        place: '',
        // JavaScript with a name is run by the test that knows the name.
        examples: [...text.matchAll(/(<!-- example:\S+ -->\s*)?```(ts|js)\n([\s\S]*?)```/g)]
          .filter(([, name, language]) => language === 'ts' || name === undefined)
          .map(([, , , code = '']) => code),
      };
    }),
  );
  expect(found.find(({ name }) => name === 'errors.md')?.examples).toHaveLength(1);
  return found;
}

/** Imports of the public names that an example uses and does not import itself. */
function importsFor(example: string): string {
  const words = new Set(example.match(/\b[A-Za-z]\w*\b/g));
  const declared = example.matchAll(
    /\b(?:import(?: type)?|const|let|function|class|interface) (?:\{([^}]*)\}|\[([^\]]*)\]|(\w+))/g,
  );
  const own = new Set([...declared].flatMap((match) => match.slice(1).join(' ').match(/\w+/g) ?? []));
  // Several entry points have some of the names; the first one has most.
  return Object.entries(exported)
    .map(([module, all]) => {
      const used = all.filter((name) => words.has(name) && !own.has(name));
      for (const name of used) own.add(name);
      return [module, used] as const;
    })
    .filter(([, used]) => used.length > 0)
    .map(([module, used]) => `import { ${used.join(', ')} } from '${module}';\n`)
    .join('');
}

/** Names by entry point. */
const exported = Object.fromEntries(
  Object.entries(entries).map(([module, file]) => {
    const checker = sources.getTypeChecker();
    const source = sources.getSourceFile(file);
    const symbol = source && checker.getSymbolAtLocation(source);
    return [module, symbol === undefined ? [] : checker.getExportsOfModule(symbol).map(({ name }) => name)];
  }),
);
