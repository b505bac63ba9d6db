/**
 * Memory that tokens cost while they are cached: in WebAssembly, and in the process.
 *
 * @module
 */
import { answer } from './child.mjs';
import { memoryInUse, perPiece } from './memory.mjs';

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
  // Code, buffers and the heap's spare room exist before the measurement.
  await load(instance, 0, count / 10);
  const before = await memoryInUse();
  await load(instance, count / 10, count);
  const after = await memoryInUse();
  return perPiece(before, after, count - count / 10);
});
