/**
 * The biometry factor key while it is in use.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { wipe } from '../util/bytes.ts';
import { IdleTimer } from '../util/timers.ts';

/** How long an unlocked key may be unused before it is wiped, in ms. */
const AUTORELEASE_TIME = 5 * 60_000;

/** The biometry factor key of one activation, from the user's authentication until it is released. */
export class UnlockedBiometryKey {
  /** The activation that the key belongs to. */
  readonly activationId: string;
  #key: Uint8Array | undefined;
  readonly #idle = new IdleTimer(AUTORELEASE_TIME, () => this.release());

  /** @param key 16 B; this object takes ownership and wipes it */
  constructor(activationId: string, key: Uint8Array) {
    this.activationId = activationId;
    this.#key = key;
    this.#idle.restart();
  }

  /**
   * The key, 16 B; this object keeps ownership. Each access restarts the idle time.
   *
   * @throws INVALID_NATIVE_OBJECT after it was released
   */
  get key(): Uint8Array {
    if (this.#key === undefined) {
      throw failure(
        PowerAuthErrorCode.INVALID_NATIVE_OBJECT,
        'authentication: expected one of a group in progress, got one whose group has ended or was idle for too long',
      );
    }
    this.#idle.restart();
    return this.#key;
  }

  /** Wipes the key. Calling it again has no effect. */
  release(): void {
    this.#idle.stop();
    wipe(this.#key);
    this.#key = undefined;
  }
}
