/**
 * Bytes: of the WebAssembly, of bundles, of memory for each cached token.
 *
 * @module
 */
import { bundleProgram, PROMISED } from '../../tools/lib/sizes.mjs';
import { inProcess } from '../lib/child.mjs';
import { progress } from '../lib/progress.mjs';
import { rounded } from '../lib/statistics.mjs';

const PART = 'Sizes';

async function webAssemblyBytes(build) {
  const { wasmBase64 } = await import(`../../dist/hot-path/generated/${build}.js`);
  return Buffer.from(wasmBase64, 'base64').length;
}

export async function measureSizes() {
  progress(PART);
  return {
    'wasm-simd': await webAssemblyBytes('wasm-simd'),
    'wasm-scalar': await webAssemblyBytes('wasm-scalar'),
    tokenStore: (await bundleProgram(PROMISED.tokenStore.program)).gzip,
    sdk: (await bundleProgram(PROMISED.sdk.program)).gzip,
  };
}

/** Bytes for one token while it is cached, with the setting's number of them. */
export async function measureMemory({ token, activation, scale }) {
  progress('Memory', `load ${scale} tokens`);
  const message = { activation, count: scale, token: { ...token, secret: [...token.secret] } };
  const { wasm, heapUsed, external, rss } = await inProcess('memory-process.mjs', message, {
    execArgv: ['--expose-gc'],
  });
  // What is external is the WebAssembly memory, above all.
  return { wasm: rounded(wasm), live: rounded(heapUsed + external), resident: rounded(rss) };
}
