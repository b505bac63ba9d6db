import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Throttle } from '../../src/util/throttle.ts';
import { deferred } from '../helpers/deferred.ts';

/** Work that says when it begins, and ends when it is told. */
function works(throttle: Throttle, count: number) {
  const begun: number[] = [];
  const ends = Array.from({ length: count }, () => deferred<number>());
  const results = ends.map(({ promise }, i) =>
    throttle.take(() => {
      begun.push(i);
      return promise;
    }),
  );
  return { begun, ends, results };
}

const turn = (): Promise<void> => new Promise(setImmediate);

test('begins so much at once, the rest in order, each when another has ended', async () => {
  const { begun, ends, results } = works(new Throttle(2), 5);
  expect(begun).toEqual([0, 1]);
  ends[1]?.resolve(1);
  expect(await results[1]).toBe(1);
  await turn();
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.resolve(0);
  ends[2]?.resolve(2);
  await Promise.all([results[0], results[2]]);
  await turn();
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  ends[3]?.resolve(3);
  ends[4]?.resolve(4);
  expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4]);
});

test('work that fails, or throws at once, makes room as well', async () => {
  const throttle = new Throttle(1);
  const cause = new Error('failed');
  const failed = throttle.take(() => Promise.reject(cause));
  const thrown = throttle.take(() => {
    throw cause;
  });
  const last = throttle.take(() => Promise.resolve('done'));
  await expect(failed).rejects.toBe(cause);
  await expect(thrown).rejects.toBe(cause);
  await expect(last).resolves.toBe('done');
});

test('the event loop runs before the next one begins, so that what has arrived is looked at first', async () => {
  const throttle = new Throttle(1);
  const order: string[] = [];
  const first = throttle.take(() => Promise.resolve());
  const second = throttle.take(() => Promise.resolve(void order.push('next')));
  setImmediate(() => order.push('arrived'));
  await Promise.all([first, second]);
  expect(order).toEqual(['arrived', 'next']);
});

test('who comes while others wait has to wait, even if there is room by then', async () => {
  const throttle = new Throttle(1);
  const order: number[] = [];
  const first = throttle.take(() => Promise.resolve(void order.push(0)));
  const second = throttle.take(() => Promise.resolve(void order.push(1)));
  await first;
  const third = throttle.take(() => Promise.resolve(void order.push(2)));
  await Promise.all([second, third]);
  expect(order).toEqual([0, 1, 2]);
  // After everybody has gone, nobody waits.
  let begun = false;
  void throttle.take(() => Promise.resolve((begun = true)));
  expect(begun).toBe(true);
});

test('calls wait outside while as many jobs wait as run at once; each is made, in order, also if some take no turn', async () => {
  const throttle = new Throttle(2);
  const { begun, ends, results } = works(throttle, 4);
  const made: number[] = [];
  const calls = [0, 1, 2, 3, 4, 5].map((i) =>
    throttle.enter(async () => {
      made.push(i);
      // Every other one finds that it need not.
      if (i % 2 === 0) return i;
      return throttle.take(() => Promise.resolve(i));
    }),
  );
  const failing = expect(throttle.enter(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect([begun, made]).toEqual([[0, 1], []]);
  ends[0]?.resolve(0);
  await results[0];
  await turn();
  expect([begun, made]).toEqual([
    [0, 1, 2],
    [0, 1],
  ]);
  for (const end of ends) end.resolve(0);
  expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4, 5]);
  await failing;
  expect(made).toEqual([0, 1, 2, 3, 4, 5]);
  await Promise.all(results);
  let isCalled = false;
  const last = throttle.enter(() => Promise.resolve((isCalled = true)));
  expect(isCalled, 'at once, with nobody waiting').toBe(true);
  await last;
});

describe('work that hangs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is in nobody’s way for long: the others begin in its place, as many at once as ever', async () => {
    const { begun, ends, results } = works(new Throttle(2), 7);
    await vi.advanceTimersByTimeAsync(900);
    expect(begun).toEqual([0, 1]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(begun).toEqual([0, 1, 2, 3]);
    // What has lost its turn makes no room when it ends after all.
    ends[0]?.resolve(0);
    ends[1]?.resolve(1);
    await vi.advanceTimersByTimeAsync(10);
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[2]?.resolve(2);
    await vi.advanceTimersByTimeAsync(10);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    for (const end of ends) end.resolve(0);
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all(results);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('beside others that end in time gives its turn away as well', async () => {
    const throttle = new Throttle(2);
    void throttle.take(() => new Promise(() => undefined));
    const slow = () => throttle.take(() => new Promise((resolve) => setTimeout(resolve, 400)));
    const all = Array.from({ length: 40 }, slow);
    await vi.advanceTimersByTimeAsync(2_500 + 20 * 420);
    await Promise.all(all);
    expect(vi.getTimerCount(), 'a last period, or none').toBeLessThanOrEqual(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
