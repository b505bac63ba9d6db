/**
 * What the test files of one worker share, because starting it costs more than most tests.
 *
 * @module
 */

import { onTestFinished, vi } from 'vitest';

interface Worker {
  testsShare?: Map<string, Promise<unknown>>;
  testsCounted?: Map<string, number>;
  /** Vitest's own, of which only worker fixtures are documented: hooks cannot have them. */
  readonly __vitest_worker__?: { readonly onCleanup?: (end: () => Promise<unknown>) => void };
}

/**
 * Loads modules anew from here on, and once more after the test: the files of a worker share modules, and none must get
 * those that a test has changed.
 */
export function freshModules(): void {
  /* eslint-disable no-restricted-properties -- this is the one place */
  vi.resetModules();
  onTestFinished(() => void vi.resetModules());
  /* eslint-enable */
}

/** The next number under this name, from 0 on, whichever files and copies of modules of a worker ask. */
export function nextInWorker(name: string): number {
  const counted = ((globalThis as Worker).testsCounted ??= new Map<string, number>());
  const number = counted.get(name) ?? 0;
  counted.set(name, number + 1);
  return number;
}

/**
 * The one of this name, started when it is asked for first, ended before the worker ends. A test that resets its modules
 * finds the same one.
 *
 * @param options `isAlive`: whether it can still be used; a new one is started if not
 */
export async function sharedInWorker<T>(
  name: string,
  {
    start,
    end,
    isAlive = () => true,
  }: {
    readonly start: () => Promise<T>;
    readonly end: (it: T) => Promise<unknown>;
    readonly isAlive?: (it: T) => boolean;
  },
): Promise<T> {
  const worker = globalThis as Worker;
  const all = (worker.testsShare ??= new Map<string, Promise<unknown>>());
  const running = (await all.get(name)?.catch(() => undefined)) as T | undefined;
  if (running !== undefined && isAlive(running)) return running;
  const started = start();
  all.set(name, started);
  worker.__vitest_worker__?.onCleanup?.(async () => end(await started));
  return started;
}
