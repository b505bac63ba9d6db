/**
 * What the hot path's speed rests on, counted instead of timed: the same on every machine, however busy. The builds are
 * instrumented by Binaryen, which calls a counter for each access to memory and each block that is entered.
 */
import binaryen from 'binaryen';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createWasmEngine } from '../../src/hot-path/wasm.ts';
import { decodeBinary } from '../../src/hot-path/binary-text.ts';
import { wasmText as scalar } from '../../src/hot-path/generated/wasm-scalar.ts';
import { wasmText as simd } from '../../src/hot-path/generated/wasm-simd.ts';
import { watchBoundaries } from '../helpers/boundaries.ts';

// As in assembly/layout.ts.
const NONCES = 24_576;
const K_0 = 0x428a2f98;
const TIME = 1795485444028;

interface Exports extends WebAssembly.Exports {
  memory: WebAssembly.Memory;
  setKey(slot: number): void;
  setId(slot: number, length: number): void;
  headers(count: number, nonces: number, timestamp: number): number;
  digests(count: number, nonces: number, timestamp: number): number;
}

interface Counts {
  /** Blocks of code that were entered, by their number. */
  readonly blocks: Map<number, number>;
  /** Bytes of memory read and written; vectors are not counted. */
  loaded: number;
  stored: number;
  /** Times that K(0) was read as one word. */
  firstRounds: number;
}

const sum = (blocks: Map<number, number>): number => [...blocks.values()].reduce((a, b) => a + b, 0);

/** An instance with one token in slot 0, and what a call that makes headers does in it. */
function counting(text: string, call: 'headers' | 'digests' = 'headers'): (count: number) => Counts {
  const module = binaryen.readBinary(decodeBinary(text));
  module.setFeatures(binaryen.Features.All);
  module.runPasses(['log-execution', 'instrument-memory']);
  const compiled = new WebAssembly.Module(module.emitBinary() as Uint8Array<ArrayBuffer>);
  module.dispose();

  let counts: Counts;
  const begin = (): Counts => (counts = { blocks: new Map(), loaded: 0, stored: 0, firstRounds: 0 });
  begin();
  let k0 = -1;
  const known: Record<string, (...args: number[]) => number | undefined> = {
    log_execution: (block = 0) => void counts.blocks.set(block, (counts.blocks.get(block) ?? 0) + 1),
    load_ptr: (_id, bytes = 0, offset = 0, pointer = 0) => {
      counts.loaded += bytes;
      if (pointer + offset === k0) counts.firstRounds++;
      return pointer;
    },
    store_ptr: (_id, bytes = 0, _offset, pointer = 0) => {
      counts.stored += bytes;
      return pointer;
    },
  };
  const env = Object.fromEntries(
    WebAssembly.Module.imports(compiled).map(({ name }) => [
      name,
      // The others are given a value to look at, and give it back.
      known[name] ?? ((_id: number, value: number) => value),
    ]),
  );
  const exports = new WebAssembly.Instance(compiled, { env }).exports as Exports;
  k0 = 4 * new Uint32Array(exports.memory.buffer).indexOf(K_0);
  expect(k0).toBeGreaterThan(0);
  exports.setKey(0);
  exports.setId(0, 36);
  let time = TIME;
  return (count) => {
    begin();
    exports[call](count, NONCES, time++);
    return counts;
  };
}

describe('instructions', () => {
  test('wasm-simd: 64 rounds a compression, two compressions of four lanes for four headers', () => {
    const headers = counting(simd);
    // The round is a loop of its own, and looked at once more at its end: nothing is entered more often.
    const compressions = (count: number): number => Math.max(...headers(count).blocks.values()) / 65;
    expect(compressions(4)).toBe(2);
    expect(compressions(5)).toBe(4);
    expect(compressions(64)).toBe(32);
    expect(sum(headers(64).blocks) / 64).toBeLessThan(75);
  });

  test.each(['headers', 'digests'] as const)(
    'wasm-simd: two compressions of one lane for %s of one',
    (call) => {
      const headers = counting(simd, call);
      expect(headers(1).firstRounds).toBe(2);
      expect(headers(4).firstRounds).toBe(0);
    },
  );

  test('wasm-scalar: two compressions for a header', () => {
    const headers = counting(scalar);
    expect(headers(1).firstRounds).toBe(2);
    expect(headers(64).firstRounds).toBe(128);
    const { blocks, loaded, stored } = headers(64);
    // 64 rounds each.
    expect(sum(blocks) / 64).toBeLessThan(345);
    expect(loaded / 64).toBeLessThan(3300);
    expect(stored / 64).toBeLessThan(1300);
  });
});

describe('across the boundary', () => {
  afterEach(() => vi.restoreAllMocks());

  /** An engine whose calls into WebAssembly, and into the CSPRNG, are counted. */
  async function engineThatCounts() {
    const { calls } = watchBoundaries();
    const engine = await createWasmEngine('wasm-simd', simd, (target) => {
      calls['random'] = (calls['random'] ?? 0) + 1;
      return crypto.getRandomValues(target);
    });
    return { engine, calls };
  }

  test('one call for 64 headers, one of the CSPRNG for 1024', async () => {
    const { engine, calls } = await engineThatCounts();
    const slot = engine.addKey('token', new Uint8Array(16).fill(1));
    for (let i = 0; i < 64; i++) engine.header(slot, TIME);
    for (const name of Object.keys(calls)) calls[name] = 0;
    for (let i = 0; i < 102_400; i++) engine.header(slot, TIME);
    expect(calls['headers']).toBe(1600);
    expect(calls['random']).toBe(100);
    expect(Object.entries(calls).filter(([, count]) => count > 0)).toHaveLength(2);
  });

  test('one call, and no other headers made, for a caller that comes once a millisecond', async () => {
    const { engine, calls } = await engineThatCounts();
    const slot = engine.addKey('token', new Uint8Array(16).fill(1));
    for (const name of Object.keys(calls)) calls[name] = 0;
    for (let i = 0; i < 1024; i++) engine.header(slot, TIME + i);
    expect(calls['headers']).toBe(1024);
    expect(calls['random'], '16 random bytes each').toBe(1);
  });

  test('100 000 tokens in turn are grouped', async () => {
    const { engine, calls } = await engineThatCounts();
    const slots = Array.from({ length: 100_000 }, (_, i) =>
      engine.addKey(`token-${i}`, new Uint8Array(16).fill(i)),
    );
    for (const slot of slots) engine.header(slot, TIME);
    const before = calls['headers'] ?? 0;
    for (const slot of slots) engine.header(slot, TIME);
    expect((calls['headers'] ?? 0) - before).toBeLessThan(100_000 / 64 + 10);
  });
});
