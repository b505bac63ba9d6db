import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/net/clock.ts';

test('reads the clocks of the runtime, those that a test has put in their place too', () => {
  vi.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000);
  vi.spyOn(performance, 'now').mockReturnValue(12.5);
  expect(systemClock.now()).toBe(1_700_000_000_000);
  expect(systemClock.monotonic()).toBe(12.5);
});

test('can be copied', () => {
  const copy = { ...systemClock };
  expect(copy.now()).toBeGreaterThan(0);
  expect(copy.monotonic()).toBeGreaterThan(0);
});
