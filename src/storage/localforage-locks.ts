/**
 * Exclusive sections over all tabs and workers of an origin, on Web Locks: the browser frees a lock at once when the tab
 * that holds it is closed or its worker is terminated.
 *
 * @module
 */

import { lostLockError } from './checks.ts';
import type { Closing } from './closing.ts';
import type { PowerAuthStorageLock } from './types.ts';

/**
 * Runs `section` under the Web Lock `id`.
 *
 * @param name for messages
 * @param closing frees the lock, or ends the waiting for it
 */
export async function underWebLock<T>(
  id: string,
  name: string,
  section: (lock: PowerAuthStorageLock) => Promise<T>,
  closing: Closing,
): Promise<T> {
  const waiting = new AbortController();
  const lost = new AbortController();
  let running: Promise<T> | undefined;
  let free = (): void => undefined;
  const forget = closing.onClose((reason) => {
    free();
    lost.abort(reason);
    waiting.abort(reason);
  });
  try {
    const held = navigator.locks.request(id, { signal: waiting.signal }, () => {
      closing.throwIfClosed();
      // `async`, so that a section that throws is one that rejects.
      running = (async () => section({ signal: lost.signal }))();
      return new Promise<void>((resolve) => {
        free = resolve;
        void running?.then(free, free);
      });
    });
    await held.catch((error: unknown) => {
      if (running === undefined) throw closing.isClosed ? waiting.signal.reason : error;
      // Somebody stole it while the section runs.
      lost.abort(lostLockError(name));
    });
    // Present: without a rejection the lock was granted.
    return await (running as unknown as Promise<T>);
  } finally {
    forget();
  }
}
