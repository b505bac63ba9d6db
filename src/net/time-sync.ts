/**
 * The server's time, told by the local clocks.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { wrongAnswer } from '../util/answers.ts';
import { describeNumber } from '../util/validate.ts';
import type { PowerAuthClock } from './clock.ts';

/** Wall and monotonic clock may drift apart by this before time counts as unsynchronised, ms. */
const TOLERANCE = 2_000;
/** A round trip longer than this says too little about the server's time and is repeated, ms. */
const GOOD_ROUND_TRIP = 3_000;
/** Round trips of one synchronisation. */
const ATTEMPTS = 3;
/** 2000-01-01 and 2100-01-01: a server's time outside them is none, ms. */
const EARLIEST = 946_684_800_000;
const LATEST = 4_102_444_800_000;

/**
 * Server time runs on the monotonic clock from the last synchronisation on, so that a change of the wall clock does not
 * matter. When wall and monotonic clock drift apart, which they do over sleep, time is to be synchronised again.
 */
export class TimeSynchronization {
  readonly #clock: PowerAuthClock;
  readonly #fetchServerTime: () => Promise<number>;
  #underWay: Promise<void> | undefined;
  /** Monotonic clock minus server time, ms; NaN before the first synchronisation. */
  #origin = NaN;
  /** Wall clock minus monotonic clock at the last synchronisation, ms. */
  #drift = 0;

  /** @param fetchServerTime asks the server for its time, ms */
  constructor(options: { readonly clock: PowerAuthClock; readonly fetchServerTime: () => Promise<number> }) {
    this.#clock = options.clock;
    this.#fetchServerTime = options.fetchServerTime;
  }

  /**
   * Whether {@link currentTime} can be relied on: synchronised, and no jump of the clocks since.
   *
   * @throws CANNOT_GENERATE_TOKEN when a clock throws
   */
  get isSynchronized(): boolean {
    try {
      return (
        Math.abs(this.#clock.now() - this.#clock.monotonic() - this.#drift) <= TOLERANCE &&
        this.#origin === this.#origin
      );
    } catch (cause) {
      throw throwingClock(cause);
    }
  }

  /**
   * Server time in whole ms, the best guess where it is not synchronised, NaN when it never was; whatever it is where the
   * clock is wrong. Reads one clock.
   *
   * @throws CANNOT_GENERATE_TOKEN when the clock throws
   */
  guess(): number {
    try {
      return Math.floor(this.#clock.monotonic() - this.#origin);
    } catch (cause) {
      throw throwingClock(cause);
    }
  }

  /** The same as {@link guess}; CANNOT_GENERATE_TOKEN also when that is no time. */
  currentTime(): number {
    const time = this.guess();
    if (time >= EARLIEST && time <= LATEST) return time;
    const received =
      time < EARLIEST ? 'one that went back' : time > LATEST ? 'one that leapt ahead' : 'no number';
    throw wrongClock(
      `clientConfiguration.clock.monotonic: expected a clock that goes on since time was synchronised with the server, got ${received}`,
    );
  }

  /** Synchronises if that is due. */
  async ensureSynchronized(): Promise<void> {
    if (!this.isSynchronized) await this.synchronize();
  }

  /**
   * Asks the server. Callers at the same time share one answer.
   *
   * @throws NETWORK_ERROR, RESPONSE_ERROR, CANNOT_GENERATE_TOKEN for clocks that throw or answer no finite number; what was
   *   known before is kept
   */
  synchronize(): Promise<void> {
    this.#underWay ??= this.#synchronize().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** Starts a synchronisation that nobody waits for; a failure shows at the next call that does. */
  synchronizeInBackground(): void {
    this.synchronize().catch(() => undefined);
  }

  async #synchronize(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const sent = this.#read('monotonic');
      const driftBefore = this.#read('now') - sent;
      const serverTime = await this.#fetchServerTime();
      const received = this.#read('monotonic');
      const drift = this.#read('now') - received;
      if (!(serverTime >= EARLIEST && serverTime <= LATEST)) {
        throw wrongAnswer('serverTime: expected ms since 1970, got a time out of range');
      }
      // The answer is worth what the round trip lets it be: not if the machine slept in between, or waited long.
      const good = received - sent <= GOOD_ROUND_TRIP && Math.abs(drift - driftBefore) <= TOLERANCE;
      if (!good && attempt < ATTEMPTS) continue;
      this.#origin = (sent + received) / 2 - serverTime;
      this.#drift = drift;
      return;
    }
  }

  /** One of the clocks, ms. */
  #read(name: keyof PowerAuthClock): number {
    let ms: unknown;
    try {
      ms = this.#clock[name]();
    } catch (cause) {
      throw throwingClock(cause);
    }
    if (typeof ms === 'number' && Number.isFinite(ms)) return ms;
    throw wrongClock(
      `clientConfiguration.clock.${name}: expected a finite number of ms, got ${describeNumber(ms)}`,
    );
  }
}

/** The error where the application's own clock is of no use; the runtime's never is. */
function wrongClock(message: string, cause?: unknown): Error {
  return failure(PowerAuthErrorCode.CANNOT_GENERATE_TOKEN, message, { cause });
}

function throwingClock(cause: unknown): Error {
  return wrongClock(
    'clientConfiguration.clock: expected functions that answer ms, got one that throws',
    cause,
  );
}
