#!/usr/bin/env node
/**
 * Holds examples/react-native-port/app.ts and test/system/types/peer-api.txt against the declarations of the React Native SDK itself,
 * which are installed into a folder of their own (without React Native, which they don't need). Given a checkout of the
 * SDK's repository it takes the declarations from there, and runs the SDK's own tests against this package as well:
 *
 *     npm run test:peer
 *     npm run test:peer -- path/to/checkout/of/react-native-powerauth-mobile-sdk
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { main, npm, root, runNode, StepError } from '../../../tools/lib/run.mjs';
import { runPeerTests } from './suite/run.mjs';

const PEER = 'react-native-powerauth-mobile-sdk';
const VERSION = '2.5.4';

/** The lines of an API without defaults, which declarations do not tell, and with the same name for the same type. */
const comparable = (lines) =>
  lines
    .map((line) =>
      line
        .replace(/ = (?:true|false|null|\d+)(?=$|[,)])/g, '')
        .replaceAll('Partial<PowerAuthKeychainConfigurationData>', 'PowerAuthKeychainConfigurationType'),
    )
    .sort();

/** The declarations of a checkout, made from its sources. What React Native declares stays unknown, and is not in them. */
function declare(checkout, outDir) {
  const options = {
    declaration: true,
    emitDeclarationOnly: true,
    strict: true,
    target: ts.ScriptTarget.ES2022,
    outDir,
  };
  ts.createProgram([join(checkout, 'src/index.ts')], options).emit();
}

await main(async () => {
  const project = mkdtempSync(join(tmpdir(), 'powerauth-wasm-peer-'));
  try {
    const installed = join(project, 'node_modules', PEER);
    const given = process.argv[2];
    if (given === undefined) {
      writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
      const quietly = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
      await npm(['install', ...quietly, `${PEER}@${VERSION}`], { cwd: project });
    } else {
      declare(resolve(given), join(installed, 'lib'));
      const { name, version } = JSON.parse(readFileSync(join(given, 'package.json'), 'utf8'));
      if (name !== PEER || version !== VERSION)
        throw new StepError(`${given} has ${name} ${version}, not ${PEER} ${VERSION}`);
      writeFileSync(
        join(installed, 'package.json'),
        JSON.stringify({ name, version, types: 'lib/index.d.ts' }),
      );
    }

    const app = readFileSync(join(root, 'examples/react-native-port/app.ts'), 'utf8');
    const original = app.replace("from 'powerauth-wasm'", `from '${PEER}'`);
    if (original === app) throw new Error("app.ts does not import from 'powerauth-wasm'");
    writeFileSync(join(project, 'app.ts'), original);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'ES2022',
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      types: [],
      skipLibCheck: true,
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
    await runNode([join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
      remedy: `app.ts must compile with ${PEER} as it does with this package`,
    });
    console.log(`app.ts compiles with ${PEER}`);

    const tool = join(root, 'build/peer/describe-api.mjs');
    await build({
      entryPoints: [join(root, 'test/system/types/describe-api.ts')],
      outfile: tool,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
    });
    const { describeApi } = await import(pathToFileURL(tool).href);
    const theirs = comparable(describeApi(join(installed, 'lib/index.d.ts')));
    const listed = comparable(
      readFileSync(join(root, 'test/system/types/peer-api.txt'), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#')),
    );
    const missing = theirs.filter((line) => !listed.includes(line));
    const extra = listed.filter((line) => !theirs.includes(line));
    for (const line of missing) console.error(`not listed: ${line}`);
    for (const line of extra) console.error(`not ${PEER}'s: ${line}`);
    if (missing.length + extra.length > 0) {
      throw new StepError('test/system/types/peer-api.txt is not what the SDK declares', {
        remedy: 'correct the lines named above',
      });
    }
    console.log(`test/system/types/peer-api.txt lists the ${listed.length} lines of ${PEER}`);
    if (given !== undefined) await runPeerTests(resolve(given));
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
});
