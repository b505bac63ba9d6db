/**
 * Bytes: of the WebAssembly, of bundles, of memory for each cached token and each instance.
 *
 * @module
 */
import { decodeBinary } from '../../dist/hot-path/binary-text.js';
import { bundleProgram, partsOf, PROMISED } from '../../test/helpers/sizes.mjs';
import { inProcess } from '../lib/child.mjs';
import { progress } from '../lib/progress.mjs';
import { rounded } from '../lib/statistics.mjs';

const PART = 'Sizes';

async function webAssemblyBytes(build) {
  const { wasmText } = await import(`../../dist/hot-path/generated/${build}.js`);
  return decodeBinary(wasmText).length;
}

export async function measureSizes() {
  progress(PART);
  const [sdk, tokens] = await Promise.all(
    [PROMISED.sdk, PROMISED.tokens].map(({ program }) => bundleProgram(program)),
  );
  return {
    'wasm-simd': await webAssemblyBytes('wasm-simd'),
    'wasm-scalar': await webAssemblyBytes('wasm-scalar'),
    sdk: sdk.gzip,
    tokens: tokens.gzip,
    parts: { sdk: partsOf(sdk), tokens: partsOf(tokens) },
  };
}

/** So many that what one costs is not lost among what is off by between two looks at the heap. */
const MIN_INSTANCES = 100;

/** Bytes for one token while it is cached, with the setting's number of them, and for one instance with one token. */
export async function measureMemory({ token, activation, scale }) {
  progress('Memory', `load ${scale} tokens`);
  const message = { activation, count: scale, token: { ...token, secret: [...token.secret] } };
  const { wasm, heapUsed, external, rss } = await inProcess('memory-process.mjs', message, {
    execArgv: ['--expose-gc'],
  });
  progress('Memory', 'configure instances');
  const count = Math.max(MIN_INSTANCES, scale / 100);
  const instance = await inProcess(
    'instance-memory-process.mjs',
    { ...message, count },
    { execArgv: ['--expose-gc'] },
  );
  return {
    // What is external is the WebAssembly memory, above all.
    ...{ wasm: rounded(wasm), live: rounded(heapUsed + external), resident: rounded(rss) },
    instances: { count, live: rounded(instance.heapUsed + instance.external) },
  };
}
