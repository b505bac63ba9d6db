import { expect, test, vi } from 'vitest';
import { Moment } from '../../src/util/elapsed.ts';

/** Both clocks of the runtime, in the test's hand. */
function forcedClocks(): { monotonic: number; wall: number } {
  const clocks = { monotonic: 1_000.5, wall: 1_700_000_000_000 };
  vi.spyOn(performance, 'now').mockImplementation(() => clocks.monotonic);
  vi.spyOn(Date, 'now').mockImplementation(() => clocks.wall);
  return clocks;
}

test.each([
  ['both go on', 250.25, 250, 250.25],
  ['nothing passed', 0, 0, 0],
  ['the machine slept, and only the wall clock went on', 20, 10_800_000, 10_800_000],
  ['the wall clock was set back', 5_000, -3_600_000, 5_000],
  ['the wall clock was set ahead: too old is the safe way to be wrong', 10, 86_400_000, 86_400_000],
])('the age is that of the clock that saw more of it: %s', (_, monotonic, wall, age) => {
  const clocks = forcedClocks();
  const moment = new Moment();
  clocks.monotonic += monotonic;
  clocks.wall += wall;
  expect(moment.age).toBe(age);
});

test('each moment has an age of its own, which grows', () => {
  const clocks = forcedClocks();
  const first = new Moment();
  clocks.monotonic += 40;
  const second = new Moment();
  clocks.monotonic += 2;
  expect([first.age, second.age]).toEqual([42, 2]);
  clocks.monotonic += 1;
  expect([first.age, second.age]).toEqual([43, 3]);
});
