/**
 * WebAssembly as a module: workerd compiles none at run time, and makes modules of imported files. Its bundler, wrangler,
 * takes them along.
 *
 * @module
 */

import simd from '../generated/wasm-simd.wasm';
import type { WasmBuilds } from '../wasm.ts';

/** By the engine's name. All of workerd has SIMD. */
export const wasmBuilds: WasmBuilds = { 'wasm-simd': simd };
