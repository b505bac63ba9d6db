/**
 * WebAssembly that came as modules: none, where a runtime compiles it from bytes. The same list as `./workerd.ts`.
 *
 * @module
 */

import type { EngineName } from '../types.ts';

/** By the engine's name. */
export const wasmModules: Partial<Record<EngineName, WebAssembly.Module>> = {};
