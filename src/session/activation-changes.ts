/**
 * The changes of an activation by one session, one of which may be in progress.
 *
 * @module
 */

import type { SessionStorage } from './session-storage.ts';

/**
 * Calls after a change see its result, even if the caller did not await it. Apps of the React Native SDK rely on that,
 * because native calls run one after another.
 */
export class ActivationChanges {
  readonly #storage: SessionStorage;
  #latest: Promise<unknown> | undefined;

  constructor(storage: SessionStorage) {
    this.#storage = storage;
  }

  /**
   * Makes a change that the end of the session doesn't interrupt.
   *
   * @param change may only wait for the storage and short work, neither for the server nor for the user
   * @throws OPERATION_CANCELED, and does nothing, after the end of the session
   */
  async make<T>(change: () => Promise<T>): Promise<T> {
    const running = this.#storage.uncut(change);
    const ended = running
      .catch(() => undefined)
      .then(() => {
        if (this.#latest === ended) this.#latest = undefined;
      });
    this.#latest = ended;
    return running;
  }

  /** Whether there is a change to wait for. */
  get inProgress(): boolean {
    return this.#latest !== undefined;
  }

  /** Waits for the change in progress, and for those that begin in the meantime. */
  async ended(): Promise<void> {
    while (this.#latest !== undefined) await this.#latest;
  }
}
