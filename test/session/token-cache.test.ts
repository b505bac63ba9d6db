import { beforeEach, expect, test } from 'vitest';
import { createEngine, ENGINE_NAMES, type HotPathEngine } from '../../src/hot-path/index.ts';
import { TokenCache } from '../../src/session/token-cache.ts';
import type { TokenRecord } from '../../src/session/token-record.ts';
import { verifyHeader } from '../conformance/hot-path.ts';

const TIME = 1795485444028;
const record = (number: number): TokenRecord => ({
  instanceId: 'instance',
  name: `name-${number}`,
  activationId: 'activation',
  tokenIdentifier: `token-${number}`,
  signatureType: 'possession',
  tokenSecret: new Uint8Array(16).fill(number),
});
const key = (number: number): string => `t.${String(number).padStart(43, '0')}`;

for (const name of ENGINE_NAMES) {
  let engine: HotPathEngine;
  let cache: TokenCache;
  const add = (number: number) => cache.add(`name-${number}`, record(number), key(number));

  beforeEach(async () => {
    engine = await createEngine({ engine: name });
    cache = new TokenCache(engine, 3);
  });

  test(`${name}: the cache is bounded; the token that came first leaves first, and its slot is free`, () => {
    const tokens = [1, 2, 3].map(add);
    for (let number = 4; number < 100; number++) {
      tokens.push(add(number));
      expect(engine.size).toBe(3);
    }
    expect(cache.names()).toEqual(['name-97', 'name-98', 'name-99']);
    expect(tokens.slice(0, -3).every(({ end }) => end === 'evicted')).toBe(true);
    for (const number of [97, 98, 99]) {
      const { slot = fail() } = cache.get(`name-${number}`) ?? {};
      verifyHeader(engine.header(slot, TIME), `token-${number}`, record(number).tokenSecret, TIME);
    }
  });

  test(`${name}: a token that a header generator holds stays`, () => {
    const held = add(1);
    held.pins++;
    for (let number = 2; number < 20; number++) add(number);
    expect(held.end).toBeUndefined();
    expect(cache.get('name-1')).toBe(held);
    expect(engine.size).toBe(3);
    verifyHeader(engine.header(held.slot, TIME), 'token-1', record(1).tokenSecret, TIME);
    held.pins--;
    for (let number = 20; number < 24; number++) add(number);
    expect(held.end).toBe('evicted');
  });

  test(`${name}: where all are held the cache grows, rather than take one away`, () => {
    const held = [1, 2, 3, 4, 5].map((number) => {
      const token = add(number);
      token.pins++;
      return token;
    });
    expect(held.every(({ end }) => end === undefined)).toBe(true);
    expect(engine.size).toBe(5);
    cache.clear('deconfigured');
    expect(engine.size).toBe(0);
  });

  test(`${name}: what is asked for in turn is found, whatever changes in between`, () => {
    const ask = (): unknown[] => ['name-1', 'name-2', 'name-3', 'name-1'].map((one) => cache.get(one)?.slot);
    const slots = [1, 2, 3].map((number) => add(number).slot);
    const inTurn = [...slots, slots[0]];
    expect(ask()).toEqual(inTurn);
    expect(ask()).toEqual(inTurn);
    cache.remove('name-2', 'removed');
    expect(ask()).toEqual([slots[0], undefined, slots[2], slots[0]]);
    const again = add(2);
    expect(ask()).toEqual([slots[0], again.slot, slots[2], slots[0]]);
    expect(cache.get('name-2')).toBe(again);
    cache.clear('removed');
    expect(ask()).toEqual([undefined, undefined, undefined, undefined]);
  });

  test(`${name}: the same name again replaces the token`, () => {
    const first = add(1);
    const second = cache.add('name-1', record(2), key(1));
    expect(first.end).toBe('removed');
    expect(cache.get('name-1')).toBe(second);
    expect(engine.size).toBe(1);
  });
}

function fail(): never {
  throw new Error('the token is missing');
}
