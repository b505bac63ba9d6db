/**
 * WebAssembly that came as modules: workerd compiles none at run time, and makes modules of imported files. Its bundler,
 * wrangler, takes them along.
 *
 * @module
 */

import simd from '../generated/wasm-simd.wasm';
import type { EngineName } from '../types.ts';

/** By the engine's name. All of workerd has SIMD. */
export const wasmModules: Partial<Record<EngineName, WebAssembly.Module>> = { 'wasm-simd': simd };
