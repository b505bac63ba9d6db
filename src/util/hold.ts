/**
 * Node ends a process that has nothing left to do, even if somebody still waits for a promise. Our sockets and timers
 * allow that, so an idle instance doesn't keep a process alive. A call in progress must keep it alive.
 *
 * @module
 */

/** The longest time that a timer accepts, in ms: about 25 days. */
const LONGEST = 2 ** 31 - 1;

/** Settles as `promise` does; the process doesn't end by itself before that. */
export async function holdProcess<T>(promise: Promise<T>): Promise<T> {
  const release = hold();
  try {
    return await promise;
  } finally {
    release();
  }
}

/**
 * The number of holders, and a function that ends the timer that they share: a call and the storage's calls within it
 * need only one.
 */
let holders = 0;
let end = (): void => undefined;

function hold(): () => void {
  if (holders++ === 0) end = startTimer();
  return () => {
    if (--holders === 0) end();
  };
}

function startTimer(): () => void {
  // Browsers have no process to hold.
  if (!('process' in globalThis)) return () => undefined;
  try {
    const timer = setTimeout(() => undefined, LONGEST);
    return () => clearTimeout(timer);
  } catch {
    // Edge runtimes forbid timers outside requests; but they don't end in the middle of a request either.
    return () => undefined;
  }
}
