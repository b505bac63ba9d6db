/**
 * Node ends a process that has nothing left to do, whoever still waits for a promise. Our sockets and timers let it, so
 * that an idle instance keeps no process alive; a call in progress must not.
 *
 * @module
 */

/** The longest that a timer takes, in ms: about 25 days. */
const LONGEST = 2 ** 31 - 1;

/** As `promise`; the process doesn't end by itself before it has settled. */
export async function holdProcess<T>(promise: Promise<T>): Promise<T> {
  const release = hold();
  try {
    return await promise;
  } finally {
    release();
  }
}

/** Those who hold the process, and what ends the timer that they share: a call and the storage's within it need but one. */
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
    // Edge runtimes forbid timers outside requests; they don't end in the middle of one either.
    return () => undefined;
  }
}
