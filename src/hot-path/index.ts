/**
 * Chooses the engine.
 *
 * @module
 */

import { wasmBuilds } from '#wasm';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { createJsEngine } from './js.ts';
import { ENGINE_NAMES, type EngineName, type FillRandom, type HotPathEngine } from './types.ts';
import { createWasmEngine } from './wasm.ts';

export { ENGINE_NAMES, type EngineName, type FillRandom, type HotPathEngine, type KeySlot } from './types.ts';

const platformRandom: FillRandom = (target) => crypto.getRandomValues(target);

const makers: Record<EngineName, (fillRandom: FillRandom) => HotPathEngine | Promise<HotPathEngine>> = {
  'wasm-simd': (fillRandom) => createWasmEngine('wasm-simd', wasmBuilds['wasm-simd'], fillRandom),
  'wasm-scalar': (fillRandom) => createWasmEngine('wasm-scalar', wasmBuilds['wasm-scalar'], fillRandom),
  js: createJsEngine,
};

/**
 * Creates the engine of that name, or the fastest that the runtime supports: WebAssembly may be missing, without SIMD,
 * or forbidden by a content security policy, which shows when it is compiled.
 *
 * @param options.fillRandom source of nonces; the platform's CSPRNG unless a test passes another
 * @throws WRONG_PARAMETER if the requested engine can't run here
 */
export async function createEngine(
  options: { readonly engine?: EngineName; readonly fillRandom?: FillRandom } = {},
): Promise<HotPathEngine> {
  const { engine, fillRandom = platformRandom } = options;
  let cause: unknown;
  for (const name of engine === undefined ? ENGINE_NAMES : [engine]) {
    try {
      return await makers[name](fillRandom);
    } catch (error) {
      cause = error;
    }
  }
  throw failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `clientConfiguration.engine: ${engine ?? 'no engine'} cannot run here`,
    {
      cause,
    },
  );
}

/** Engines of this thread, by the requested name; '' is the fastest that the runtime supports. */
const engines = new Map<EngineName | '', Promise<HotPathEngine>>();

/**
 * The engine of that name, or the fastest, that all sessions of this thread share: one WebAssembly instance, one stock
 * of random bytes. A session with its own source of random bytes creates its own with {@link createEngine}.
 *
 * @throws WRONG_PARAMETER if the requested engine can't run here
 */
export function threadEngine(engine?: EngineName): Promise<HotPathEngine> {
  const name = engine ?? '';
  const known = engines.get(name);
  if (known !== undefined) return known;
  const made = engine === undefined ? fastest() : createEngine({ engine });
  engines.set(name, made);
  // An engine that couldn't be created is tried again.
  made.catch(() => engines.delete(name));
  return made;
}

/** The fastest engine; requesting it by its name returns the same one. */
async function fastest(): Promise<HotPathEngine> {
  const made = await createEngine();
  const { name } = made;
  const named = engines.get(name);
  if (named !== undefined) return named;
  engines.set(name, Promise.resolve(made));
  return made;
}
