import { expect, test } from 'vitest';
import { manyParts, onePart } from '../../../src/storage/redis/layout.ts';
import { crc16, slotOf } from '../../../src/storage/redis/slots.ts';
import { RecordKeys } from '../../../src/session/record-keys.ts';

test('slots are those of the specification of Redis Cluster', () => {
  expect(crc16(Buffer.from('123456789'))).toBe(0x31c3);
  // As CLUSTER KEYSLOT says.
  expect([slotOf('foo'), slotOf('bar'), slotOf('user1000')]).toEqual([12182, 5061, 3443]);
});

test('all keys and channels of a part have one tag, and no part has that of another', () => {
  const tags = [...manyParts('bank').all, ...onePart('bank').all].map(({ number: _, slot, ...names }) => {
    const all = new Set(Object.values(names).map((name) => /^\{([^}]+)\}:/.exec(name)?.[1] ?? ''));
    expect(all.size).toBe(1);
    const [tag = ''] = all;
    expect(slotOf(tag)).toBe(slot);
    return tag;
  });
  expect(new Set(tags).size).toBe(257);
});

test('everything of an instance is in one part, and instances spread over all', () => {
  const parts = manyParts('bank');
  const used = new Set(
    Array.from({ length: 2500 }, (_, i) => {
      const keys = new RecordKeys(`user ${i}`);
      const all = [keys.activation, keys.requests, keys.token('a'), keys.token('b')].map((key) =>
        parts.of(key),
      );
      expect(new Set(all).size).toBe(1);
      expect(parts.withPrefix(keys.tokens)).toEqual([all[0]]);
      return all[0];
    }),
  );
  expect(used.size).toBe(parts.all.length);
});

test('a name without a slash has its own part; one with a prefix may be in any', () => {
  const parts = manyParts('bank');
  expect(parts.of('a')).toBe(parts.of('a/b'));
  expect(new Set(['a', 'b', 'c', 'd'].map((name) => parts.of(name))).size).toBeGreaterThan(1);
  expect(parts.withPrefix('a')).toBe(parts.all);
  expect(parts.withPrefix('')).toBe(parts.all);
  expect(parts.of('\ud800')).not.toBe(undefined);
});
