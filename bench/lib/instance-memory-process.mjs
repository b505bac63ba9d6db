/**
 * Memory that configured instances cost, as in a gateway: each has an activation and one cached token, all share a
 * storage.
 *
 * @module
 */
import { answer } from './child.mjs';
import { memoryInUse, perPiece } from './memory.mjs';

answer(async ({ token, activation, count }) => {
  const { configureInstance, filledStorage } = await import('./instances.mjs');
  const { nthToken } = await import('./tokens.mjs');
  const secret = new Uint8Array(token.secret);
  const idOf = (index) => `customer ${index}`;
  let storage;
  for (let index = 0; index < count; index++) {
    storage = await filledStorage(
      activation,
      idOf(index),
      [['token', nthToken({ ...token, secret }, index)]],
      storage,
    );
  }

  const instances = [];
  const configure = async (from, to) => {
    for (let index = from; index < to; index++) {
      const instance = await configureInstance(activation, idOf(index), storage);
      await instance.tokenStore.generateHeaderForToken('token');
      instances.push(instance);
    }
  };
  // Code, buffers and the heap's spare room exist before the measurement.
  const warmUp = Math.ceil(count / 10);
  await configure(0, warmUp);
  const before = await memoryInUse();
  await configure(warmUp, count);
  const after = await memoryInUse();
  for (const instance of instances) await instance.deconfigure();
  return perPiece(before, after, count - warmUp);
});
