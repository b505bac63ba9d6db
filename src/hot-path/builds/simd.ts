/**
 * The build with SIMD alone, for browsers. All current ones support it; in any other, the engine in JavaScript runs. The
 * second build would be more to load for everybody.
 *
 * @module
 */

import { wasmText as simd } from '../generated/wasm-simd.ts';
import type { WasmBuilds } from '../wasm.ts';

/** By the engine's name. */
export const wasmBuilds: WasmBuilds = { 'wasm-simd': simd };
