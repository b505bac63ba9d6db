import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { decodeBinary } from '../../src/hot-path/binary-text.ts';
import { wasmText as scalar } from '../../src/hot-path/generated/wasm-scalar.ts';
import { wasmText as simd } from '../../src/hot-path/generated/wasm-simd.ts';
import { hotPathConformance } from '../conformance/hot-path.ts';
import { randomFrom } from '../helpers/random.ts';
import { seed } from '../helpers/seed.ts';

hotPathConformance('wasm-simd');
hotPathConformance('wasm-scalar');

const module = (text: string) => new WebAssembly.Module(decodeBinary(text));

test('both builds export one list, import nothing, and are small', () => {
  const list = (text: string) =>
    WebAssembly.Module.exports(module(text))
      .map(({ name, kind }) => `${kind} ${name}`)
      .sort();
  expect(list(simd)).toEqual(list(scalar));
  for (const text of [simd, scalar]) {
    expect(WebAssembly.Module.imports(module(text))).toEqual([]);
    expect(decodeBinary(text).length).toBeLessThan(8192);
  }
});

interface Exports extends WebAssembly.Exports {
  memory: WebAssembly.Memory;
  reserve(slot: number): number;
  setKey(slot: number): void;
  setId(slot: number, length: number): void;
  headers(count: number, nonces: number, timestamp: number): number;
  release(slot: number): void;
}

// As in assembly/layout.ts.
const CHAIN = 7936;
const NONCES = 24_576;
const OUTPUT = 8192;

test.each([
  ['wasm-simd', simd],
  ['wasm-scalar', scalar],
])('a released slot of %s is all zeros, and so is whatever secrets passed through', (_, text) => {
  const wasm = new WebAssembly.Instance(module(text)).exports as Exports;
  const { memory } = wasm;
  const view = () => new Uint8Array(memory.buffer);
  const slot = 700;
  expect(wasm.reserve(slot)).not.toBe(0);
  const at = 65_536 + 128 * slot;
  view().fill(7, 0, 64);
  wasm.setKey(slot);
  expect(
    view()
      .subarray(0, 64)
      .every((byte) => byte === 0),
    'the key block',
  ).toBe(true);
  view().set(Buffer.from('token'), 0);
  wasm.setId(slot, 5);
  expect(
    view()
      .subarray(at, at + 64)
      .filter((byte) => byte !== 0).length,
  ).toBeGreaterThan(50);
  new Uint32Array(memory.buffer, CHAIN, 64).fill(slot);
  wasm.headers(5, NONCES, 1795485444028);
  const secrets = (): Uint8Array => view().subarray(0, 7488);
  expect(
    secrets().some((byte) => byte !== 0),
    'input, states, schedules, digests',
  ).toBe(true);
  wasm.release(slot);
  expect(
    view()
      .subarray(at, at + 128)
      .every((byte) => byte === 0),
    'the slot',
  ).toBe(true);
  expect(
    secrets().every((byte) => byte === 0),
    'input, states, schedules, digests',
  ).toBe(true);
  const before = memory.buffer.byteLength;
  for (let i = 0; i < 1000; i++) wasm.headers(64, NONCES, 1795485444028);
  expect(memory.buffer.byteLength, 'no call allocates').toBe(before);
});

test.each([
  ['wasm-simd', simd],
  ['wasm-scalar', scalar],
])('%s computes with the nonces and the time of the call, whatever it has computed before', (_, text) => {
  const wasm = new WebAssembly.Instance(module(text)).exports as Exports;
  const memory = new Uint8Array(wasm.memory.buffer);
  const secret = randomBytes(16);
  const random = randomFrom(seed);
  memory.set(secret);
  wasm.setKey(0);
  memory.set(Buffer.from('token'));
  wasm.setId(0, 5);
  const times = [1795485444028, 1795485444029];
  for (let round = 0; round < 2000; round++) {
    // One group of four nonces: other bytes are where those of an earlier call were, or in part the same.
    const changed = Math.floor(random() * 128);
    memory[NONCES + changed] = Math.floor(random() * 256);
    if (round % 16 === 0) memory.set(randomBytes(128), NONCES);
    if (round % 100 === 0) {
      wasm.reserve(1);
      wasm.release(1);
    }
    const at = NONCES + 16 * Math.floor(random() * 4);
    const count = random() < 0.8 ? 1 : 4;
    const time = times[Math.floor(random() * 1.2)] ?? 0;
    const text = Buffer.from(memory.subarray(OUTPUT, OUTPUT + wasm.headers(count, at, time))).toString();
    const digests = [...text.matchAll(/token_digest="([^"]+)"/g)].map(([, digest]) => digest);
    const expected = Array.from({ length: count }, (_, i) =>
      createHmac('sha256', secret)
        .update(memory.subarray(at + 16 * i, at + 16 * i + 16))
        .update(`&${time}&3.3`)
        .digest('base64'),
    );
    expect(digests, `SEED=${seed}`).toEqual(expected);
  }
});
