import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { HeadersAhead, type HeaderMaker } from '../../src/hot-path/headers-ahead.ts';
import type { KeySlot } from '../../src/hot-path/types.ts';

const seed = process.env['SEED'] === undefined ? Date.now() % 2 ** 31 : Number(process.env['SEED']);
const slot = (number: number): KeySlot => number as KeySlot;

/** Writes for each header its slot, time and number, and as many dots as its identifier has characters. */
class Maker implements HeaderMaker {
  made = 0;
  calls = 0;
  readonly lengths: number[] = [];
  make(chain: Uint32Array, count: number, timestamp: number): string {
    this.calls++;
    let text = '';
    for (const number of chain.subarray(0, count)) {
      const fields = [number, timestamp, this.made++].map((field) => String(field).padStart(8, '0'));
      text += `${fields.join(' ')}${'.'.repeat(this.identifierLength(number))}`;
    }
    return text;
  }
  identifierLength(number: number): number {
    return this.lengths[number] ?? 1 + (number % 63);
  }
}

describe('which headers are made together', () => {
  let maker: Maker;
  let ahead: HeadersAhead;
  const header = (number: number, timestamp: number): string =>
    ahead.take(slot(number), timestamp) ?? ahead.make(slot(number), timestamp);
  beforeEach(() => {
    maker = new Maker();
    ahead = new HeadersAhead(maker);
  });

  test('one for who wants one a millisecond, of one token or of many', () => {
    for (let i = 0; i < 500; i++) header(3, i);
    expect(maker.made).toBe(500);
    for (let i = 0; i < 500; i++) header(i % 7, 1000 + i);
    expect(maker.made).toBe(1000);
  });

  test('64 within a few calls for who wants many, of one token', () => {
    for (let i = 0; i < 6400; i++) header(3, 1);
    expect(maker.calls).toBeLessThan(6400 / 64 + 8);
    expect(maker.made).toBeLessThan(6400 + 64);
  });

  test('64 again at once in the next millisecond, and one when the loop is over', () => {
    for (let time = 0; time < 10; time++) for (let i = 0; i < 640; i++) header(3, time);
    expect(maker.calls).toBeLessThan(100 + 8);
    const { made } = maker;
    for (let time = 100; time < 200; time++) header(3, time);
    expect(maker.made - made, 'one stock that nobody wanted').toBeLessThan(100 + 64);
  });

  test('what the last millisecond took, for who wants a few', () => {
    for (let time = 0; time < 100; time++) for (let i = 0; i < 5; i++) header(3, time);
    expect(maker.made).toBeLessThan(500 + 20);
    expect(maker.calls).toBeLessThan(100 + 10);
  });

  test('of 10 000 tokens in turn, once their order is known', () => {
    for (let i = 0; i < 10_000; i++) header(i, 1);
    const { calls, made } = maker;
    for (let i = 0; i < 10_000; i++) header(i, 1);
    expect(maker.calls - calls).toBeLessThan(10_000 / 64 + 8);
    expect(maker.made - made).toBeLessThan(10_000 + 64);
  });

  test('hardly more than one for who takes tokens in no order', () => {
    const order = fc.sample(fc.nat({ max: 999 }), { numRuns: 10_000, seed });
    for (const number of order) header(number, 1);
    expect(maker.made, `seed ${seed}`).toBeLessThan(10_100);
  });

  test('none of a slot that is free by now', () => {
    for (let i = 0; i < 100; i++) header(i % 4, 1);
    maker.lengths[2] = 0;
    ahead.forget(slot(2));
    for (let i = 0; i < 100; i++) expect(header(i % 2, 1).startsWith('00000002')).toBe(false);
    expect(ahead.take(slot(2), 1)).toBeUndefined();
  });

  test('nothing is left of a stock whose making failed', () => {
    for (let i = 0; i < 70; i++) header(3, 1);
    const making = vi.spyOn(maker, 'make').mockImplementation(() => {
      throw new Error('out of random bytes');
    });
    expect(() => {
      for (let i = 0; i < 70; i++) header(3, 1);
    }).toThrow('out of random bytes');
    making.mockRestore();
    expect(ahead.take(slot(3), 1)).toBeUndefined();
    expect(header(3, 1)).toContain('00000003 00000001');
  });
});

test(`each header is the one that was asked for, and handed out once (seed ${seed})`, () => {
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        times: fc.nat({ max: 200 }),
        from: fc.nat({ max: 40 }),
        step: fc.nat({ max: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ clock: fc.integer({ min: -3, max: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ forget: fc.nat({ max: 40 }) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const maker = new Maker();
      const ahead = new HeadersAhead(maker);
      const seen = new Set<string>();
      let time = 100;
      let wanted = 0;
      for (const action of steps) {
        if ('clock' in action) time += action.clock;
        else if ('forget' in action) ahead.forget(slot(action.forget));
        else {
          for (let i = 0; i < action.times; i++) {
            const number: number = (action.from + i * action.step) % 41;
            const value = ahead.take(slot(number), time) ?? ahead.make(slot(number), time);
            const [ofSlot = '', ofTime = ''] = value.split(' ');
            const dots = value.length - value.indexOf('.');
            const right =
              [number, time, maker.identifierLength(number)].join() === [+ofSlot, +ofTime, dots].join();
            if (!right) expect.fail(`asked for slot ${number} at ${time}, got ${value}`);
            seen.add(value);
            wanted++;
          }
        }
      }
      expect(seen.size).toBe(wanted);
    }),
    { seed, numRuns: 60 },
  );
});
