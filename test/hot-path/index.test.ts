import { expect, test } from 'vitest';
import { createEngine, ENGINE_NAMES } from '../../src/hot-path/index.ts';
import { PowerAuthErrorCode, type EngineName } from '../../src/index.ts';
import { error } from '../helpers/error.ts';

/** Takes WebAssembly, or a part of it, away while `work` runs. */
async function without<T>(
  change: Partial<typeof WebAssembly> | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const original = globalThis.WebAssembly;
  const value = change === undefined ? undefined : Object.assign(Object.create(original) as object, change);
  Object.defineProperty(globalThis, 'WebAssembly', { value, configurable: true, writable: true });
  try {
    return await work();
  } finally {
    Object.defineProperty(globalThis, 'WebAssembly', { value: original, configurable: true, writable: true });
  }
}

const forbidden = () =>
  Promise.reject(new WebAssembly.CompileError('forbidden by the content security policy'));

test('the engine is the fastest that the runtime allows', async () => {
  expect((await createEngine()).name).toBe('wasm-simd');
  expect((await without(undefined, () => createEngine())).name, 'no WebAssembly').toBe('js');
  expect(
    (
      await without(
        {
          instantiate: forbidden,
          compile: forbidden,
          instantiateStreaming: forbidden,
        },
        () => createEngine(),
      )
    ).name,
    'a content security policy',
  ).toBe('js');
  await expect(without(undefined, () => createEngine({ engine: 'wasm-simd' }))).rejects.toMatchObject(
    error(PowerAuthErrorCode.WRONG_PARAMETER, /wasm-simd/),
  );
  await expect(createEngine({ engine: 'native' as EngineName })).rejects.toMatchObject(
    error(PowerAuthErrorCode.WRONG_PARAMETER),
  );
});

test('each engine can be had by its name, and no other is given in its place', async () => {
  for (const engine of ENGINE_NAMES) expect((await createEngine({ engine })).name).toBe(engine);
  expect(ENGINE_NAMES).toEqual(['wasm-simd', 'wasm-scalar', 'js']);
});
