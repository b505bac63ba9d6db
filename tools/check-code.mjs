#!/usr/bin/env node
/**
 * Checks the types of `tsconfig.json` and `tsconfig.mjs.json`, and lints. ESLint takes the program of the type check: its own
 * would cost as much again. The caches of the compiler and ESLint hold what has not changed.
 *
 *     node tools/check-code.mjs
 *
 * @module
 */
import { join } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { StepError, main, root } from './lib/run.mjs';

/** Source files by name, for both programs: they parse alike. @type {Map<string, ts.SourceFile | undefined>} */
const parsed = new Map();

/**
 * The program of a configuration, and its errors. Files that it only imports belong to another one.
 *
 * @param {string} name
 */
function checkTypes(name) {
  const { options, fileNames, errors } = /** @type {ts.ParsedCommandLine} */ (
    ts.getParsedCommandLineOfConfigFile(join(root, name), undefined, {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic(diagnostic) {
        throw new StepError(name, { output: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n') });
      },
    })
  );
  const host = ts.createIncrementalCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (path, ...rest) => {
    if (!parsed.has(path)) parsed.set(path, getSourceFile(path, ...rest));
    return parsed.get(path);
  };
  const builder = /** @type {ts.SemanticDiagnosticsBuilderProgram} */ (
    /** @type {unknown} */ (ts.createIncrementalProgram({ rootNames: fileNames, options, host }))
  );
  const program = builder.getProgram();
  const own = new Set(fileNames);
  // Without this the cache would hold nothing as checked.
  while (
    builder.getSemanticDiagnosticsOfNextAffectedFile(undefined, ({ fileName }) => !own.has(fileName)) !==
    undefined
  );
  const diagnostics = [
    ...errors,
    ...builder.getOptionsDiagnostics(),
    ...builder.getGlobalDiagnostics(),
    ...fileNames.flatMap((path) => {
      const file = program.getSourceFile(path);
      return file ? [...builder.getSyntacticDiagnostics(file), ...builder.getSemanticDiagnostics(file)] : [];
    }),
  ];
  // Emits no code: writes the compiler's cache.
  builder.emit();
  return { program, diagnostics };
}

/** What ESLint finds, as text. @param {ts.Program} program */
async function lint(program) {
  const parser = /** @type {any} */ (tseslint.parser);
  const eslint = new ESLint({
    cwd: root,
    cache: true,
    cacheLocation: 'node_modules/.cache/eslint/',
    overrideConfig: {
      files: ['**/*.ts'],
      languageOptions: {
        // As a parser, because ESLint would write a program among the options into the key of its cache.
        parser: {
          meta: { name: 'typescript-eslint with a program', version: ESLint.version },
          parseForESLint: (/** @type {string} */ code, /** @type {object} */ options) =>
            parser.parseForESLint(code, { ...options, projectService: false, programs: [program] }),
        },
      },
    },
  });
  const formatter = await eslint.loadFormatter('stylish');
  return formatter.format(await eslint.lintFiles(['.']));
}

await main(async () => {
  const sources = checkTypes('tsconfig.json');
  const scripts = checkTypes('tsconfig.mjs.json');
  const errors = [...sources.diagnostics, ...scripts.diagnostics];
  const output = [
    ts.formatDiagnostics(errors, {
      getCurrentDirectory: () => root,
      getCanonicalFileName: (path) => path,
      getNewLine: () => '\n',
    }),
    await lint(sources.program),
  ].join('\n');
  if (output.trim()) throw new StepError('types or lint', { output });
});
