/** What instances of a thread share in the hot path: engines, and room for headers made ahead. */
import { describe, expect, test } from 'vitest';
import { HeadersAhead, Shelves } from '../../src/hot-path/headers-ahead.ts';
import { SlicedTexts, type HeaderMaker } from '../../src/hot-path/header-texts.ts';
import { createEngine, ENGINE_NAMES, threadEngine } from '../../src/hot-path/index.ts';
import { MAX_STOCKS, type KeySlot } from '../../src/hot-path/types.ts';
import { PowerAuthErrorCode, type EngineName } from '../../src/index.ts';
import { error } from '../helpers/error.ts';

describe('engines of a thread', () => {
  test('one of each name; the fastest is the one of its name', async () => {
    const fastest = await threadEngine();
    expect(await threadEngine()).toBe(fastest);
    for (const name of ENGINE_NAMES) {
      const engine = await threadEngine(name);
      expect(engine.name).toBe(name);
      expect(await threadEngine(name)).toBe(engine);
      expect(engine === fastest).toBe(name === fastest.name);
      expect(await createEngine({ engine: name })).not.toBe(engine);
    }
  });

  test('one that cannot be made is an error each time', async () => {
    for (let i = 0; i < 2; i++) {
      await expect(threadEngine('native' as EngineName)).rejects.toMatchObject(
        error(PowerAuthErrorCode.WRONG_PARAMETER),
      );
    }
  });

  test.each(ENGINE_NAMES)('a slot of %s knows its kind while it is in use', async (name) => {
    const engine = await createEngine({ engine: name });
    const slot = engine.addKey('token', new Uint8Array(16).fill(1));
    expect(engine.kindOf(slot)).toBe('hmac-sha256');
    engine.release(slot);
    expect(engine.kindOf(slot)).toBeUndefined();
  });
});

describe('stocks of many times', () => {
  /** Headers that are numbers. */
  class Maker implements HeaderMaker {
    calls = 0;
    made = 0;
    make(chain: Uint32Array, count: number): string {
      this.calls++;
      let text = '';
      for (let i = 0; i < count; i++) text += `${chain[i]} ${this.made++}`.padStart(20);
      return text;
    }
    identifierLength(): number {
      return 1;
    }
  }
  function stocks(count: number) {
    const maker = new Maker();
    const shelves = new Shelves(() => new SlicedTexts(maker));
    const all = Array.from({ length: count }, () => new HeadersAhead(maker, shelves));
    /** A header of each, each of a slot of its own, for a time of its own. */
    const turn = (some = all): void => {
      for (const stock of some) {
        const i = all.indexOf(stock);
        const slot = i as KeySlot;
        const value = stock.take(slot, 1000 + i) ?? stock.make(slot, 1000 + i);
        expect(value.trim().split(' ')[0]).toBe(String(i));
      }
    };
    return { maker, all, turn };
  }

  test('as many as fit, in turn: each is in a loop of its own', () => {
    const { maker, turn } = stocks(MAX_STOCKS);
    for (let i = 0; i < 640; i++) turn();
    expect(maker.calls).toBeLessThan(MAX_STOCKS * (640 / 64 + 8));
  });

  test('more than fit: the others make single headers, and nobody loses a stock in use', () => {
    const { maker, turn } = stocks(MAX_STOCKS + 2);
    for (let i = 0; i < 640; i++) turn();
    expect(maker.calls).toBeGreaterThanOrEqual(2 * 600);
    expect(maker.made).toBeLessThan((MAX_STOCKS + 2) * 640 * 1.5);
  });

  test('the room of a stock that is closed, or not used any more, goes to another', () => {
    const { maker, all, turn } = stocks(MAX_STOCKS + 1);
    const [first, ...others] = all;
    const late = others.slice(-1);
    turn(all.slice(0, MAX_STOCKS));
    first?.close();
    first?.close();
    let { calls } = maker;
    for (let i = 0; i < 640; i++) turn(late);
    expect(maker.calls - calls).toBeLessThan(640 / 64 + 8);
    // The one that was closed comes again, when the others are idle.
    for (let i = 0; i < 3 * MAX_STOCKS; i++) turn(all.slice(0, 1));
    ({ calls } = maker);
    for (let i = 0; i < 640; i++) turn(all.slice(0, 1));
    expect(maker.calls - calls).toBeLessThan(640 / 64 + 8);
  });
});
