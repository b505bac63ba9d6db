/**
 * Memory that tokens cost while they are cached: in WebAssembly, and in the process.
 *
 * @module
 */
import { answer } from './child.mjs';

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
async function bytes() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const wasm = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  return { wasm, heapUsed, external, rss };
}

answer(async ({ token, activation, count }) => {
  const { configureInstance, filledStorage } = await import('./instances.mjs');
  const { nameOf, tokens } = await import('./tokens.mjs');
  const secret = new Uint8Array(token.secret);
  const storage = await filledStorage(activation, 'bench', tokens({ ...token, secret }, count));

  /** Loads all tokens into the cache; names are made for each call, as a caller would. */
  const load = async ({ tokenStore }, from, to) => {
    for (let index = from; index < to; index++) await tokenStore.generateHeaderForToken(nameOf(index));
  };
  const instance = await configureInstance(activation, 'bench', storage);
  // Code, buffers and the heap's own room are there before it counts.
  await load(instance, 0, count / 10);
  const before = await bytes();
  await load(instance, count / 10, count);
  const after = await bytes();
  return Object.fromEntries(
    Object.keys(before).map((key) => [key, (after[key] - before[key]) / (count - count / 10)]),
  );
});
