/**
 * What the test files of one worker share, because starting it costs more than most tests.
 *
 * @module
 */

interface Worker {
  testsShare?: Map<string, Promise<unknown>>;
  /** Vitest's own, of which only worker fixtures are documented: hooks cannot have them. */
  readonly __vitest_worker__?: { readonly onCleanup?: (end: () => Promise<unknown>) => void };
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
