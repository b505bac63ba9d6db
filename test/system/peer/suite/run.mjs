/**
 * Runs the React Native SDK's own tests against this package: its test app's files as they are in a checkout, bundled with
 * the modules of this folder in place of what only a phone and a PowerAuth server have.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root, runNode } from '../../../../tools/lib/run.mjs';
import { EDITS } from './differences.mjs';

const here = (file) => join(root, 'test/system/peer/suite', file);
const dist = (file) => join(root, 'dist', file);

/** What stands for which module. */
const modules = (testApp) => ({
  'react-native-powerauth-mobile-sdk': here('sdk.mjs'),
  'powerauth-js-test-client': here('test-client.mjs'),
  'react-native': here('react-native.mjs'),
  'react-native-config': here('react-native-config.mjs'),
  'js-base64': here('js-base64.mjs'),
  '#platform': here('platform.mjs'),
  'powerauth-wasm': dist('index.js'),
  'powerauth-wasm/biometry/software': dist('biometry/software.js'),
  'powerauth-wasm/storage/memory': dist('storage/memory.js'),
  'powerauth-wasm/testing': dist('testing/index.js'),
  'peer:_tests/AllTests': join(testApp, '_tests/AllTests.ts'),
  'peer:src/Config': join(testApp, 'src/Config.ts'),
  'peer:src/testbed': join(testApp, 'src/testbed/index.ts'),
});

const plugin = (testApp) => ({
  name: 'peer',
  setup({ onLoad, onResolve }) {
    const table = modules(testApp);
    onResolve({ filter: /.*/ }, ({ path }) => (path in table ? { path: table[path] } : undefined));
    for (const { why, file, from, to } of EDITS) {
      onLoad({ filter: file }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const contents = text.replace(from, to);
        if (contents === text) throw new Error(`nothing to change in ${path}: ${why}`);
        return { contents, loader: 'ts' };
      });
    }
  },
});

/** Runs them as on iOS, then as on Android. Throws a StepError when one ends otherwise than it should. */
export async function runPeerTests(checkout) {
  const testApp = join(checkout, 'testapp');
  const outfile = join(root, 'build/peer/suite.mjs');
  await build({
    entryPoints: [here('main.mjs')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    sourcemap: 'inline',
    tsconfigRaw: '{}',
    define: { __DEV__: 'true' },
    plugins: [plugin(testApp)],
  });
  for (const PEER_OS of ['ios', 'android']) {
    const printed = await runNode(['--enable-source-maps', outfile], {
      env: { ...process.env, PEER_OS },
      remedy:
        'correct what the tests named above say, or add it to test/system/peer/suite/differences.mjs and docs/migration.md',
    });
    process.stdout.write(printed);
  }
}
