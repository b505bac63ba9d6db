import { expect, onTestFinished, test, vi } from 'vitest';
import { deferred } from '../helpers/deferred.ts';
import { freshModules } from '../helpers/worker.ts';

/** A module of its own: another test may have left a call that never settles, and the timer with it. */
async function ownHoldProcess() {
  freshModules();
  return (await import('../../src/util/hold.ts')).holdProcess;
}

/** The timers that hold the process: the only ones that are so long. */
function longTimers() {
  const started = vi.spyOn(globalThis, 'setTimeout');
  const ended = vi.spyOn(globalThis, 'clearTimeout');
  return {
    started: () => started.mock.calls.filter(([, ms]) => ms === 2 ** 31 - 1).length,
    ended: () =>
      started.mock.results.filter(
        (result, i) =>
          started.mock.calls[i]?.[1] === 2 ** 31 - 1 &&
          ended.mock.calls.some(([timer]) => timer === result.value),
      ).length,
  };
}

test('comes to what the promise does', async () => {
  const holdProcess = await ownHoldProcess();
  await expect(holdProcess(Promise.resolve(5))).resolves.toBe(5);
  const reason = new Error('its own');
  await expect(holdProcess(Promise.reject(reason))).rejects.toBe(reason);
});

test('all calls share one timer, which keeps the process alive until the last has settled', async () => {
  const holdProcess = await ownHoldProcess();
  const timers = longTimers();
  const [first, second] = [deferred(), deferred()];
  const calls = [first, second].map(({ promise }) => holdProcess(promise).catch(() => undefined));
  expect([timers.started(), timers.ended()]).toEqual([1, 0]);
  first.reject(new Error('failed'));
  await calls[0];
  expect([timers.started(), timers.ended()]).toEqual([1, 0]);
  second.resolve(undefined);
  await calls[1];
  expect([timers.started(), timers.ended()]).toEqual([1, 1]);
  await holdProcess(Promise.resolve());
  expect([timers.started(), timers.ended()]).toEqual([2, 2]);
});

test('an edge runtime that forbids timers is served all the same, before and after', async () => {
  const holdProcess = await ownHoldProcess();
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(() => {
    throw new Error('Disallowed operation called within global scope');
  });
  await expect(holdProcess(Promise.resolve(5))).resolves.toBe(5);
  vi.restoreAllMocks();
  const timers = longTimers();
  await holdProcess(Promise.resolve());
  expect([timers.started(), timers.ended()]).toEqual([1, 1]);
});

test('a browser, which has no process, gets no timer', async () => {
  const holdProcess = await ownHoldProcess();
  const timers = longTimers();
  const { process } = globalThis;
  Reflect.deleteProperty(globalThis, 'process');
  onTestFinished(() => void Object.assign(globalThis, { process }));
  const held = holdProcess(Promise.resolve());
  Object.assign(globalThis, { process });
  await held;
  expect(timers.started()).toBe(0);
});
