/** Headers that are put together from their Base64, as browsers do it, are those that are decoded, as Node does it. */
import { describe, expect, test } from 'vitest';
import { wasmText as scalar } from '../../src/hot-path/generated/wasm-scalar.ts';
import { wasmText as simd } from '../../src/hot-path/generated/wasm-simd.ts';
import { createWasmEngine } from '../../src/hot-path/wasm.ts';
import type { HotPathEngine, KeySlot } from '../../src/hot-path/types.ts';
import { randomFrom } from '../helpers/random.ts';
import { seed } from '../helpers/seed.ts';

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

describe.each([
  ['wasm-simd', simd],
  ['wasm-scalar', scalar],
] as const)('%s', (name, build) => {
  /** Two engines with the same random bytes. */
  async function engines(): Promise<[decoded: HotPathEngine, composed: HotPathEngine]> {
    const source = () => {
      const random = randomFrom(seed);
      return (target: Uint8Array<ArrayBuffer>) => target.map(() => Math.floor(256 * random()));
    };
    const filled = () => {
      const next = source();
      return (target: Uint8Array<ArrayBuffer>) => {
        target.set(next(target));
        return target;
      };
    };
    return Promise.all([
      createWasmEngine(name, build, filled()),
      createWasmEngine(name, build, filled(), toBase64),
    ]);
  }

  test(`the same headers in every way, over reuse of slots (seed ${seed})`, async () => {
    const [decoded, composed] = await engines();
    const random = randomFrom(seed);
    const below = (n: number): number => Math.floor(random() * n);
    const slots: KeySlot[] = [];
    const both = <T>(call: (engine: HotPathEngine) => T): T => {
      const [expected, got] = [call(decoded), call(composed)];
      if (JSON.stringify(got) !== JSON.stringify(expected)) expect(got).toEqual(expected);
      return expected;
    };
    const add = (): void => {
      const id = 'aZ09._~-'.repeat(8).slice(0, 1 + below(63));
      const secret = new Uint8Array(16).map(() => below(256));
      slots.push(both((engine) => engine.addKey(id, secret)));
    };
    for (let i = 0; i < 20; i++) add();
    let time = 1795485444028;
    let made = 0;
    while (made < 20_000) {
      time = below(10) === 0 ? below(Number.MAX_SAFE_INTEGER) : time + below(2);
      const turn = slots.slice(0, 1 + below(slots.length));
      switch (below(4)) {
        case 0: {
          const count = below(150);
          both((engine) => engine.headers(turn[0] ?? fail(), time, count));
          made += count;
          break;
        }
        case 1:
          both((engine) => engine.headersOf(turn, time));
          made += turn.length;
          break;
        case 2: {
          const [slot = fail()] = slots.splice(below(slots.length), 1);
          both((engine) => engine.release(slot));
          add();
          break;
        }
        default:
          for (let i = 0, count = below(200); i < count; i++, made++) {
            const slot = turn[i % turn.length] ?? fail();
            both((engine) => engine.headerAhead(slot, time) ?? engine.header(slot, time));
          }
      }
    }
  });
});

function fail(): never {
  throw new Error('the test is wrong');
}
