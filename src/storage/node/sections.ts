/**
 * Which leases the running code relies on, wherever it was called from.
 *
 * @module
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { PowerAuthStorageLock } from '../types.ts';

/** One holding of a lock. */
interface Lease {
  /** Aborted if the lock is lost. */
  readonly signal: AbortSignal;
  readonly isReleased: boolean;
  /** See {@link PowerAuthStorageLock.isHeld}. */
  isHeld(): Promise<boolean>;
}

/** The sections that run under the locks of one store. */
export class Sections<L extends Lease> {
  readonly #leases = new AsyncLocalStorage<readonly L[]>();

  /** Runs a section under a lease, inside those in which the caller runs. */
  run<T>(lease: L, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T> {
    const inside = [...(this.#leases.getStore() ?? []), lease];
    return this.#leases.run(inside, () => section({ signal: lease.signal, isHeld: () => lease.isHeld() }));
  }

  /**
   * The leases that the calling code relies on: each must still be held when it writes.
   *
   * @throws the reason why a lease was lost
   */
  held(): readonly L[] {
    const held = (this.#leases.getStore() ?? []).filter((lease) => !lease.isReleased);
    for (const { signal } of held) if (signal.aborted) throw signal.reason;
    return held;
  }
}
