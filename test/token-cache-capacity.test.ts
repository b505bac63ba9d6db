import { afterEach, expect, test } from 'vitest';
import { PowerAuthErrorCode, setTokenCacheCapacity } from '../src/index.ts';
import { tokenCache } from '../src/session/token-cache.ts';
import { error } from './helpers/error.ts';

const before = tokenCache.capacity;
afterEach(() => setTokenCacheCapacity(before));

test('is a million tokens, unless it is set', () => {
  expect(before).toBe(1_000_000);
  setTokenCacheCapacity(5);
  expect(tokenCache.capacity).toBe(5);
});

test.each([0, -1, 1.5, NaN, Infinity, 16_000_001, '5', 5n, null, undefined, {}])('refuses %s', (value) => {
  expect(() => setTokenCacheCapacity(value as number)).toThrow(
    expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, /^tokens: expected an integer/)),
  );
  expect(tokenCache.capacity).toBe(before);
});
