/**
 * The server's time, told by the local clocks.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { wrongAnswer } from '../util/answers.ts';
import { describeNumber } from '../util/validate.ts';
import type { PowerAuthClock } from './clock.ts';

/** Wall and monotonic clock may drift apart by this before time is asked for again, ms. */
const TOLERANCE = 2_000;
/** Where they drift apart by more, time is not known any more, ms: so long may a machine have slept. */
const LIMIT = 30_000;
/** Time is asked for again after this, ms: clocks of computers lose or gain up to a second and a half an hour. */
const GOOD_FOR = 3_600_000;
/** What nobody could confirm for this long is not known any more, ms. */
const KNOWN_FOR = 86_400_000;
/** Between two attempts in the background that nobody waits for, ms. */
const PAUSE = 1_000;
/** A round trip longer than this says too little about the server's time and is repeated, ms. */
const GOOD_ROUND_TRIP = 3_000;
/** One longer than this is of no use, ms. */
const LONGEST_ROUND_TRIP = 60_000;
/** Round trips of one synchronisation. */
const ATTEMPTS = 3;
/** 2000-01-01 and 2100-01-01: a server's time outside them is none, ms. */
const EARLIEST = 946_684_800_000;
const LATEST = 4_102_444_800_000;

/**
 * Server time runs on the monotonic clock from the last synchronisation on, so that a change of the wall clock does not
 * matter. Sleep shows in that the two clocks drift apart, because the monotonic one may stand still meanwhile.
 *
 * There is one rule for all that needs the time. It is known while it was asked for within a day, and the clocks have
 * drifted apart by no more than half a minute since. Then it is behind by no more than two and a half minutes (half a
 * minute of sleep, a minute's round trip, a day on a bad clock), where servers allow five or more; and ahead by no more
 * than 45 s (a day on a bad clock, half a good round trip), where some refuse what is ahead by one minute. Before it gets
 * there it is asked for again in the background. Where it is not known, those who can wait do so until it is; others get
 * an error, and start the asking.
 */
export class TimeSynchronization {
  readonly #clock: PowerAuthClock;
  readonly #fetchServerTime: () => Promise<number>;
  #underWay: Promise<void> | undefined;
  /** Monotonic clock minus server time, ms; NaN before the first synchronisation. */
  #origin = NaN;
  /** Wall clock minus monotonic clock at the last synchronisation, ms. */
  #drift = 0;
  /** Monotonic clock at the last synchronisation, ms. */
  #askedAt = -Infinity;
  /** Wall clock, and server time in whole ms, when both clocks were read last. */
  #lastWall = NaN;
  #lastTime = NaN;
  /** Why nobody knows the time, and since when on the monotonic clock. */
  #failure: unknown;
  #failedAt = -Infinity;

  /** @param fetchServerTime asks the server for its time, ms */
  constructor(options: { readonly clock: PowerAuthClock; readonly fetchServerTime: () => Promise<number> }) {
    this.#clock = options.clock;
    this.#fetchServerTime = options.fetchServerTime;
  }

  /**
   * What {@link currentTime} has returned last, while the wall clock shows the same millisecond; else NaN. A machine that
   * slept meanwhile has another one. Reads one clock.
   *
   * @throws CANNOT_GENERATE_TOKEN when the clock throws
   */
  sameMoment(): number {
    try {
      return this.#clock.now() === this.#lastWall ? this.#lastTime : NaN;
    } catch (cause) {
      throw throwingClock(cause);
    }
  }

  /**
   * Server time in whole ms; NaN where it is not known.
   *
   * @throws CANNOT_GENERATE_TOKEN when a clock throws or answers something that can't be
   */
  knownTime(): number {
    let wall: number, monotonic: number, apart: number;
    try {
      wall = this.#clock.now();
      monotonic = this.#clock.monotonic();
      apart = Math.abs(wall - monotonic - this.#drift);
    } catch (cause) {
      throw throwingClock(cause);
    }
    const age = Math.abs(monotonic - this.#askedAt);
    // False for NaN as well.
    if (!(apart <= TOLERANCE && age <= GOOD_FOR)) {
      this.#lastWall = NaN;
      if (!this.#isKnown(apart, age, monotonic)) return NaN;
      this.synchronizeInBackground();
    }
    this.#lastWall = wall;
    return (this.#lastTime = Math.floor(monotonic - this.#origin));
  }

  /**
   * The same, for those who can't wait: where it is not known, asking begins.
   *
   * @throws CANNOT_GENERATE_TOKEN also where time is not known
   */
  currentTime(): number {
    const time = this.knownTime();
    if (time === time) return time;
    this.synchronizeInBackground();
    throw failure(
      PowerAuthErrorCode.CANNOT_GENERATE_TOKEN,
      "The server's time is not known any more: the machine slept, a clock was set, or the server could not be asked for a day; it is being asked. Try again in a moment, or await generateHeaderForToken, which waits for it",
      { cause: this.#failure },
    );
  }

  /** Resolves when time is known. @throws what {@link synchronize} throws */
  async ensureSynchronized(): Promise<void> {
    while (Number.isNaN(this.knownTime())) await this.synchronize();
  }

  /**
   * Asks the server. Callers at the same time share one answer.
   *
   * @throws NETWORK_ERROR, RESPONSE_ERROR, CANNOT_GENERATE_TOKEN for clocks that throw or answer no finite number; what was
   *   known before is kept
   */
  synchronize(): Promise<void> {
    this.#underWay ??= this.#synchronize()
      .then(
        () => void (this.#failure = undefined),
        (error: unknown) => {
          this.#failure = error;
          throw error;
        },
      )
      .finally(() => {
        this.#underWay = undefined;
      });
    return this.#underWay;
  }

  /** Starts a synchronisation that nobody waits for, unless one has failed just now. */
  synchronizeInBackground(): void {
    if (this.#underWay !== undefined || performance.now() - this.#failedAt < PAUSE) return;
    this.synchronize().catch(() => void (this.#failedAt = performance.now()));
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
      const roundTrip = received - sent;
      const slept = Math.abs(drift - driftBefore) > TOLERANCE;
      if ((slept || roundTrip > GOOD_ROUND_TRIP) && attempt < ATTEMPTS) continue;
      if (slept || roundTrip > LONGEST_ROUND_TRIP) {
        throw failure(
          PowerAuthErrorCode.NETWORK_ERROR,
          "The server's time could not be told: each time it was asked, the machine slept, a clock was set, or the answer took longer than a minute; try again",
        );
      }
      // How long the answer was on its way. Taking that for too long puts time ahead, too short puts it behind.
      this.#origin = received - Math.min(roundTrip, GOOD_ROUND_TRIP) / 2 - serverTime;
      this.#drift = drift;
      this.#askedAt = received;
      return;
    }
  }

  /** Whether time is known though it should be asked for again. */
  #isKnown(apart: number, age: number, monotonic: number): boolean {
    if (Number.isNaN(this.#origin)) return false;
    if (!Number.isFinite(apart)) {
      this.#read('now');
      this.#read('monotonic');
    }
    assertTime(Math.floor(monotonic - this.#origin));
    return apart <= LIMIT && age <= KNOWN_FOR;
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

/** @throws CANNOT_GENERATE_TOKEN for what no clock can have come to since the last synchronisation */
function assertTime(time: number): void {
  if (time >= EARLIEST && time <= LATEST) return;
  const received =
    time < EARLIEST ? 'one that went back' : time > LATEST ? 'one that leapt ahead' : 'no number';
  throw wrongClock(
    `clientConfiguration.clock.monotonic: expected a clock that goes on since time was synchronised with the server, got ${received}`,
  );
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
