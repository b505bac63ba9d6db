/**
 * Chooses the engine.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { ENGINE_NAMES, type EngineName, type FillRandom, type HotPathEngine } from './types.ts';

export { ENGINE_NAMES, type EngineName, type FillRandom, type HotPathEngine, type KeySlot } from './types.ts';

const platformRandom: FillRandom = (target) => crypto.getRandomValues(target);

/** How each engine is made; a build that is not chosen is not even loaded. */
const factories: Record<EngineName, (fillRandom: FillRandom) => Promise<HotPathEngine>> = {
  'wasm-simd': async (fillRandom) => {
    const [{ createWasmEngine }, { wasmBase64 }] = await Promise.all([
      import('./wasm.ts'),
      import('./generated/wasm-simd.ts'),
    ]);
    return createWasmEngine('wasm-simd', wasmBase64, fillRandom);
  },
  'wasm-scalar': async (fillRandom) => {
    const [{ createWasmEngine }, { wasmBase64 }] = await Promise.all([
      import('./wasm.ts'),
      import('./generated/wasm-scalar.ts'),
    ]);
    return createWasmEngine('wasm-scalar', wasmBase64, fillRandom);
  },
  js: async (fillRandom) => (await import('./js.ts')).createJsEngine(fillRandom),
};

/**
 * Makes the engine of that name, or the fastest that the runtime has: WebAssembly may be missing, without SIMD, or
 * forbidden by a content security policy, which shows when it is compiled.
 *
 * @param options.fillRandom source of nonces; the platform's CSPRNG unless a test gives another
 * @throws WRONG_PARAMETER when the engine that was asked for cannot run here
 */
export async function createEngine(
  options: { readonly engine?: EngineName; readonly fillRandom?: FillRandom } = {},
): Promise<HotPathEngine> {
  const { engine, fillRandom = platformRandom } = options;
  let cause: unknown;
  for (const name of engine === undefined ? ENGINE_NAMES : [engine]) {
    try {
      // Asked first: the loader looks at `Response`, whose first use without WebAssembly ends a Node process.
      if (name !== 'js' && typeof WebAssembly === 'undefined')
        throw new Error('There is no WebAssembly here');
      return await factories[name](fillRandom);
    } catch (error) {
      cause = error;
    }
  }
  throw failure(PowerAuthErrorCode.WRONG_PARAMETER, `clientConfiguration.engine: ${engine} cannot run here`, {
    cause,
  });
}
