/**
 * Both builds, for runtimes that compile WebAssembly. The same list as `./simd.ts` and `./workerd.ts`.
 *
 * @module
 */

import { wasmText as scalar } from '../generated/wasm-scalar.ts';
import { wasmText as simd } from '../generated/wasm-simd.ts';
import type { WasmBuilds } from '../wasm.ts';

/** By the engine's name. */
export const wasmBuilds: WasmBuilds = { 'wasm-simd': simd, 'wasm-scalar': scalar };
