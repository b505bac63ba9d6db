/**
 * Time limits that are fair to an answer which has arrived already.
 *
 * @module
 */

/**
 * Turns of the event loop between the end of the time and giving up. A thread that was busy finds its timers before its
 * answers; one turn takes in what has arrived, the next ones what `fetch` makes of it.
 */
const TURNS = 4;

/** Lets everything run that is ready, arrived answers of the network among it. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    // In Node it runs after the answers that have arrived; a timer of 0 ms may run before them.
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/**
 * Calls `expire` after `ms`, unless taken back by then. A thread that was busy meanwhile gets some turns of the event loop
 * first, to take in an answer that has come in time. Keeps the process alive, as the call that waits does.
 *
 * @returns a function that takes it back
 */
export function afterTime(ms: number, expire: () => void): () => void {
  let live = true;
  const timer = setTimeout(() => void giveUp(), ms);
  const giveUp = async (): Promise<void> => {
    for (let i = 0; live && i < TURNS; i++) await turn();
    if (live) expire();
  };
  return () => {
    live = false;
    clearTimeout(timer);
  };
}
