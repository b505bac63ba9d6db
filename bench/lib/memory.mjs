/**
 * How much memory this process uses; for processes with `--expose-gc`. Load this before the package.
 *
 * @module
 */

import { getHeapSpaceStatistics } from 'node:v8';

const gc = /** @type {NodeJS.GCFunction} */ (globalThis.gc);

/** Memories of all WebAssembly instances made from now on. */
const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const result = await Reflect.apply(instantiate, WebAssembly, args);
  for (const value of Object.values((result.instance ?? result).exports)) {
    if (value instanceof WebAssembly.Memory) memories.push(value);
  }
  return result;
};

/** V8's spaces for code, compiled or not; it is compiled, and dropped again, when V8 thinks fit. */
const CODE = /^(?:code|trusted)_/;

/** Bytes: of WebAssembly memory, of what V8 holds, of that code, of the process as the system sees it. */
export async function memoryInUse() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    gc();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const wasm = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  const spaces = getHeapSpaceStatistics().filter(({ space_name: name }) => CODE.test(name));
  const code = spaces.reduce((sum, { space_used_size: used }) => sum + used, 0);
  return { wasm, heapUsed, code, external, rss };
}

/**
 * What each of `count` has added between two measurements.
 *
 * @param {Awaited<ReturnType<typeof memoryInUse>>} before
 * @param {Awaited<ReturnType<typeof memoryInUse>>} after
 * @param {number} count
 */
export const perPiece = (before, after, count) => ({
  wasm: (after.wasm - before.wasm) / count,
  heapUsed: (after.heapUsed - before.heapUsed) / count,
  code: (after.code - before.code) / count,
  external: (after.external - before.external) / count,
  rss: (after.rss - before.rss) / count,
});
