/**
 * Repeats calls that servers refuse while they agree who is responsible.
 *
 * @module
 */

import type { Closing } from '../driver/closing.ts';
import { PATIENCE_MS } from './link.ts';

/** The pause before the next attempt, in ms: at first, and at most. */
const PAUSE_MS = { first: 20, most: 250 };

/**
 * Attempts something again and again, with pauses, as long as it may be attempted again after the error; but no longer
 * than a server may take to answer.
 *
 * @throws the last error
 */
export async function persist<T>(
  closing: Closing,
  mayBeRepeated: (error: unknown) => boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  for (let pause = PAUSE_MS.first; ; pause = Math.min(2 * pause, PAUSE_MS.most)) {
    try {
      return await attempt();
    } catch (error) {
      if (closing.isClosed || !mayBeRepeated(error)) throw error;
      if (performance.now() - begun + pause > PATIENCE_MS) throw error;
      await new Promise<void>((resolve) => {
        const forget = closing.onClose(() => end());
        const timer = setTimeout(() => end(), pause);
        const end = (): void => {
          clearTimeout(timer);
          forget();
          resolve();
        };
      });
    }
  }
}
