import { expect, test, vi } from 'vitest';
import * as clock from '../../../src/storage/sqlite/clock.ts';

test('timers and clock go on when a test has replaced the global ones', async () => {
  vi.useFakeTimers();
  try {
    const before = clock.now();
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 2));
    await new Promise<void>((resolve) => clock.setImmediate(resolve));
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = clock.setInterval(resolve, 1);
    });
    clock.clearInterval(timer);
    expect(clock.now()).toBeGreaterThan(before);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a timer that was cleared does not fire', async () => {
  const fired = vi.fn();
  clock.clearTimeout(clock.setTimeout(fired, 1));
  await new Promise<void>((resolve) => clock.setTimeout(resolve, 5));
  expect(fired).not.toHaveBeenCalled();
});

test('the clock is the monotonic one', () => {
  vi.spyOn(Date, 'now').mockReturnValue(0);
  expect(Math.abs(clock.now() - performance.now())).toBeLessThan(1000);
  expect(clock.now()).toBeGreaterThan(0);
});
