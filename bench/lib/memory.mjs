/**
 * How much memory this process uses; for processes with `--expose-gc`. Load this before the package.
 *
 * @module
 */

/** Memories of all WebAssembly instances made from now on. */
const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const result = await instantiate(...args);
  for (const value of Object.values((result.instance ?? result).exports)) {
    if (value instanceof WebAssembly.Memory) memories.push(value);
  }
  return result;
};

/** Bytes: of WebAssembly memory, of what V8 holds, of the process as the system sees it. */
export async function memoryInUse() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const wasm = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  return { wasm, heapUsed, external, rss };
}

/** What each of `count` has added between two measurements. */
export const perPiece = (before, after, count) =>
  Object.fromEntries(Object.keys(before).map((key) => [key, (after[key] - before[key]) / count]));
