import { beforeEach, describe, expect, test } from 'vitest';
import { createEngine, ENGINE_NAMES, type HotPathEngine } from '../../src/hot-path/index.ts';
import { systemClock } from '../../src/net/clock.ts';
import { TimeSynchronization } from '../../src/net/time-sync.ts';
import type { TokenSource } from '../../src/session/cached-token.ts';
import { TokenCache, type SessionTokens } from '../../src/session/token-cache.ts';
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
const time = new TimeSynchronization({ clock: systemClock, fetchServerTime: () => Promise.resolve(TIME) });

const sourceOf = (engine: HotPathEngine): TokenSource => {
  const source = { engine, stock: engine.openStock(), time, hub: { epoch: 0 } };
  return { ...source, link: { source: undefined } };
};

/** A session's tokens in a cache. */
const session = (cache: TokenCache, engine: HotPathEngine, instanceId = 'instance'): SessionTokens =>
  cache.ownerFor({ instanceId, settings: sourceOf(engine), catchUp: () => undefined });

describe.each(ENGINE_NAMES)('on %s', (name) => {
  let engine: HotPathEngine;
  let cache: TokenCache;
  let tokens: SessionTokens;
  const add = (number: number) => tokens.add(`name-${number}`, record(number), key(number));

  beforeEach(async () => {
    engine = await createEngine({ engine: name });
    cache = new TokenCache(3);
    tokens = session(cache, engine);
  });

  test('the cache is bounded; the token that came first leaves first, and its slot is free', () => {
    const added = [1, 2, 3].map(add);
    for (let number = 4; number < 100; number++) {
      added.push(add(number));
      expect(engine.size).toBe(3);
    }
    expect(tokens.names()).toEqual(['name-97', 'name-98', 'name-99']);
    expect(added.slice(0, -3).every(({ end }) => end === 'evicted')).toBe(true);
    for (const number of [97, 98, 99]) {
      const token = tokens.get(`name-${number}`) ?? fail();
      const header = engine.header(token.slot, TIME, token);
      verifyHeader(header, `token-${number}`, record(number).tokenSecret, TIME);
    }
  });

  test('a token that a header generator holds stays', () => {
    const held = add(1);
    held.hold();
    for (let number = 2; number < 20; number++) add(number);
    expect(held.end).toBeUndefined();
    expect(tokens.get('name-1')).toBe(held);
    expect(engine.size).toBe(3);
    verifyHeader(engine.header(held.slot, TIME, held), 'token-1', record(1).tokenSecret, TIME);
    held.letGo();
    for (let number = 20; number < 24; number++) add(number);
    expect(held.end).toBe('evicted');
  });

  test('where all are held the cache grows, rather than take one away', () => {
    const held = [1, 2, 3, 4, 5].map((number) => {
      const token = add(number);
      token.hold();
      return token;
    });
    expect(held.every(({ end }) => end === undefined)).toBe(true);
    expect(engine.size).toBe(5);
    tokens.clear('deconfigured');
    expect(engine.size).toBe(0);
    expect(cache.size).toBe(0);
    // Let go after the end, as a generator may be.
    for (const token of held) token.letGo();
    expect(cache.size).toBe(0);
    [1, 2, 3, 4].map(add);
    expect(engine.size).toBe(3);
  });

  test('what is asked for in turn is found, whatever changes in between', () => {
    const ask = (): unknown[] => ['name-1', 'name-2', 'name-3', 'name-1'].map((one) => tokens.get(one)?.slot);
    const slots = [1, 2, 3].map((number) => add(number).slot);
    const inTurn = [...slots, slots[0]];
    expect(ask()).toEqual(inTurn);
    expect(ask()).toEqual(inTurn);
    tokens.remove('name-2', 'removed');
    expect(ask()).toEqual([slots[0], undefined, slots[2], slots[0]]);
    const again = add(2);
    expect(ask()).toEqual([slots[0], again.slot, slots[2], slots[0]]);
    expect(tokens.get('name-2')).toBe(again);
    tokens.clear('removed');
    expect(ask()).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('the same name again replaces the token', () => {
    const first = add(1);
    const second = tokens.add('name-1', record(2), key(1));
    expect(first.end).toBe('removed');
    expect(tokens.get('name-1')).toBe(second);
    expect(engine.size).toBe(1);
  });

  test('a token that has ended makes no header, also when its slot is another one’s', () => {
    const ended = add(1);
    tokens.clear('removed');
    const other = session(cache, engine, 'other').add('name', record(7), key(7));
    expect(other.slot).toBe(ended.slot);
    expect(() => ended.header()).toThrow();
    expect(() => ended.headers(3)).toThrow();
    expect(() => ended.headerIfTimeIsKnown()).toThrow();
    expect(() => engine.header(ended.slot, TIME, ended)).toThrow();
    expect(() => engine.headers(ended.slot, TIME, 1, ended)).toThrow();
    expect(() => engine.headersOf([ended.slot], TIME, [ended])).toThrow();
    expect(() => engine.release(ended.slot, ended)).toThrow();
    for (let i = 0; i < 40; i++) engine.header(other.slot, TIME, other);
    expect(engine.headerAhead(other.slot, TIME, ended)).toBeUndefined();
    verifyHeader(engine.header(other.slot, TIME, other), 'token-7', record(7).tokenSecret, TIME);
  });
});

describe('one cache for many sessions', () => {
  let engine: HotPathEngine;
  beforeEach(async () => {
    engine = await createEngine({ engine: 'wasm-simd' });
  });
  const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  /** Asks for tokens as a session does; returns how many had to be loaded. */
  function use(tokens: SessionTokens, numbers: readonly number[]): number {
    let missed = 0;
    for (const number of numbers) {
      if (tokens.get(`name-${number}`) !== undefined) continue;
      tokens.add(`name-${number}`, record(number % 256), key(number));
      missed++;
    }
    return missed;
  }

  test('a session that loops over more than fits takes from nobody else', () => {
    const cache = new TokenCache(1000);
    const others = names(0, 9).map((number) => session(cache, engine, `other-${number}`));
    for (const other of others) use(other, names(0, 100));
    const looping = session(cache, engine, 'looping');
    for (let turn = 0; turn < 5; turn++) {
      use(looping, names(0, 2000));
      for (const other of others) expect(use(other, names(0, 100))).toBe(0);
    }
    expect(cache.size).toBe(1000);
    expect(looping.names()).toHaveLength(100);
  });

  test('a session that comes later takes from the one that has most, not from the oldest', () => {
    const cache = new TokenCache(1000);
    const others = names(0, 20).map((number) => session(cache, engine, `other-${number}`));
    for (const other of others) use(other, names(0, 10));
    const large = session(cache, engine, 'large');
    use(large, names(0, 5000));
    expect(large.names()).toHaveLength(800);
    const late = names(0, 30).map((number) => session(cache, engine, `late-${number}`));
    for (const one of late) use(one, names(0, 10));
    for (const one of [...others, ...late]) expect(use(one, names(0, 10))).toBe(0);
    expect(large.names()).toHaveLength(500);
    expect(cache.size).toBe(1000);
  });

  test('of more sessions than fit, those that are used stay', () => {
    const cache = new TokenCache(100);
    const used = names(0, 50).map((number) => session(cache, engine, `used-${number}`));
    for (const one of used) use(one, [1]);
    for (const number of names(0, 500)) {
      use(session(cache, engine, `once-${number}`), [1]);
      if (number % 20 === 0) for (const one of used) expect(use(one, [1])).toBe(0);
    }
    expect(cache.size).toBe(100);
  });

  test('a smaller bound evicts at once', () => {
    const cache = new TokenCache(100);
    const [a, b] = [session(cache, engine, 'a'), session(cache, engine, 'b')];
    use(a, names(0, 90));
    use(b, names(0, 10));
    cache.capacity = 40;
    expect(cache.size).toBe(40);
    expect(engine.size).toBe(40);
    expect(b.names()).toHaveLength(10);
  });

  test('no token is expected while they are used in no order', () => {
    const cache = new TokenCache();
    const all = names(0, 100).map((number) => session(cache, engine, `i${number}`));
    for (const one of all) use(one, [1]);
    const expected = (number: number) => cache.expected(`i${number}`, 'name-1') !== undefined;
    /** Uses them in an order; returns how many were expected. */
    const useAll = (order: readonly number[]): number => {
      let count = 0;
      for (const number of order) {
        if (expected(number)) count++;
        else use(all[number] ?? fail(), [1]);
      }
      return count;
    };
    const order = names(0, 100);
    useAll(order);
    useAll(order);
    expect(useAll(order)).toBeGreaterThan(90);
    for (let step = 2; step < 50; step++) useAll(order.map((number) => (number * step * step + step) % 97));
    useAll(order.map((number) => (number * 7) % 101).filter((number) => number < 100));
    expect(useAll(order), 'another order').toBe(0);
    expect(useAll(order), 'the same one again').toBeGreaterThan(90);
  });

  test('the next token is expected over sessions, and found by name and instance', () => {
    const cache = new TokenCache();
    const [a, b] = [session(cache, engine, 'a'), session(cache, engine, 'b')];
    const ofA = a.add('T', record(1), key(1));
    const ofB = b.add('T', record(2), key(2));
    expect([a.get('T'), b.get('T'), a.get('T')]).toEqual([ofA, ofB, ofA]);
    expect(cache.expected('a', 'T'), 'the same name of another instance').toBeUndefined();
    expect(cache.expected('b', 'U'), 'another name').toBeUndefined();
    expect(cache.expected('b', 'T')).toBe(ofB);
    expect(cache.expected('a', 'T')).toBe(ofA);
    b.clear('deconfigured');
    expect(cache.expected('b', 'T'), 'an ended token').toBeUndefined();
    a.clear('deconfigured');
    expect(cache.expected('a', 'T')).toBeUndefined();
    expect(cache.size).toBe(0);
  });
});

function fail(): never {
  throw new Error('the token is missing');
}
