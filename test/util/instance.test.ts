import { describe, expect, test } from 'vitest';
import { isInstance, itself, knowItself } from '../../src/util/instance.ts';
import { NO_INSTANCES, throwing } from '../helpers/wrong-values.ts';

class Vessel {
  readonly content = 'gold';
  constructor() {
    knowItself(this);
  }
}
class Boat extends Vessel {}

describe('isInstance', () => {
  test('knows objects of a class, of one that extends it, and a proxy of them', () => {
    expect(isInstance(new Vessel(), Vessel)).toBe(true);
    expect(isInstance(new Boat(), Vessel)).toBe(true);
    expect(isInstance(new Proxy(new Vessel(), {}), Vessel)).toBe(true);
    expect(isInstance(new Vessel(), Boat)).toBe(false);
  });

  test.each(NO_INSTANCES)('says no to %s', (_, value) => {
    expect(isInstance(value, Vessel)).toBe(false);
  });

  test('says no to an object that throws, whatever is behind it', () => {
    expect(isInstance(throwing(new Vessel()), Vessel)).toBe(false);
  });
});

describe('itself', () => {
  test('is the object behind a proxy that knows itself, behind two as well', () => {
    const vessel = new Vessel();
    const proxy = new Proxy(vessel, {});
    expect(itself(proxy)).toBe(vessel);
    expect(itself(new Proxy(proxy, {}))).toBe(vessel);
    expect(itself(vessel)).toBe(vessel);
  });

  test('is the value where nothing knows itself, or where looking throws', () => {
    const plain = { content: 'gold' };
    const proxy = new Proxy(plain, {});
    expect(itself(proxy)).toBe(proxy);
    const trap = throwing(new Vessel());
    expect(itself(trap)).toBe(trap);
    expect(itself('text' as unknown as object)).toBe('text');
    expect(itself(undefined as unknown as object)).toBe(undefined);
  });

  test('leaves nothing that is printed, copied or listed', () => {
    const vessel = new Vessel();
    expect(Object.keys(vessel)).toEqual(['content']);
    expect(JSON.stringify(vessel)).toBe('{"content":"gold"}');
    expect(itself(Object.assign({}, vessel))).not.toBe(vessel);
  });
});
