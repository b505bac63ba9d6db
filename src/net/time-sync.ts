/**
 * The server's time, computed from the local clocks.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { wrongAnswer } from '../util/answers.ts';
import { describeNumber } from '../util/validate.ts';
import type { PowerAuthClock } from './clock.ts';

/** How far wall and monotonic clock may drift apart before the time is requested again, in ms. */
const TOLERANCE = 2_000;
/** If they drift apart by more than this, the time is no longer known, in ms: a machine may have slept that long. */
const LIMIT = 30_000;
/** The time is requested again after this, in ms: computers' clocks lose or gain up to a second and a half per hour. */
const GOOD_FOR = 3_600_000;
/** A time that nobody could confirm for this long is no longer known, in ms. */
const KNOWN_FOR = 86_400_000;
/** The pause between two attempts in the background that nobody waits for, in ms. */
const PAUSE = 1_000;
/** A round trip longer than this is too inaccurate and is repeated, in ms. */
const GOOD_ROUND_TRIP = 3_000;
/** A round trip longer than this is useless, in ms. */
const LONGEST_ROUND_TRIP = 60_000;
/** Times that may be told by one reading of both clocks, if the wall clock still shows the same ms: as many as a stock has. */
const TIMES_PER_READING = 64;
/** Round trips of one synchronisation. */
const ATTEMPTS = 3;
/** 2000-01-01 and 2100-01-01: a server's time outside them is invalid, in ms. */
const EARLIEST = 946_684_800_000;
const LATEST = 4_102_444_800_000;

/**
 * Server time runs on the monotonic clock from the last synchronisation on, so a change of the wall clock does not
 * matter. After a sleep the two clocks have drifted apart, because the monotonic one may stand still during it.
 *
 * There is one rule for everything that needs the time. The time is known if it was requested within a day, and the
 * clocks have drifted apart by no more than half a minute since. Then it is behind by no more than two and a half
 * minutes (half a minute of sleep, a minute's round trip, a day on a bad clock), where servers allow five or more; and
 * ahead by no more than 45 s (a day on a bad clock, half a good round trip), where some refuse times that are ahead by
 * one minute. Before it gets that far, the time is requested again in the background. While it is not known, callers
 * that can wait do so until it is; others get an error, and start the request.
 */
export class TimeSynchronization {
  readonly #clock: PowerAuthClock;
  readonly #fetchServerTime: () => Promise<number>;
  readonly #taken: ((offset: number, roundTrip: number) => void) | undefined;
  #underWay: Promise<void> | undefined;
  /** Monotonic clock minus server time, ms; NaN before the first synchronisation. */
  #origin = NaN;
  /** Wall clock minus monotonic clock at the last synchronisation, ms. */
  #drift = 0;
  /** Monotonic clock at the last synchronisation, ms. */
  #askedAt = -Infinity;
  #roundTrip = NaN;
  /** Wall clock, and server time in whole ms, at the last reading of both clocks. */
  #lastWall = NaN;
  #lastTime = NaN;
  /** How often that time may still be told while the wall clock shows the same ms. */
  #left = 0;
  /** Why the time is not known, and since when on the monotonic clock. */
  #failure: unknown;
  #failedAt = -Infinity;

  /**
   * @param options `fetchServerTime`: asks the server for its time, in ms; `taken`: told each answer, as ms that the
   *   server is ahead of the wall clock, and ms that it took
   */
  constructor(options: {
    readonly clock: PowerAuthClock;
    readonly fetchServerTime: () => Promise<number>;
    readonly taken?: (offset: number, roundTrip: number) => void;
  }) {
    this.#clock = options.clock;
    this.#fetchServerTime = options.fetchServerTime;
    this.#taken = options.taken;
  }

  /**
   * The last result of {@link currentTime}, while the wall clock shows the same millisecond; otherwise NaN. After a
   * sleep it shows another one. Reads one clock.
   *
   * @throws CANNOT_GENERATE_TOKEN if the clock throws
   */
  sameMoment(): number {
    try {
      return this.#clock.now() === this.#lastWall ? this.#lastTime : NaN;
    } catch (cause) {
      throw throwingClock(cause);
    }
  }

  /**
   * The same as {@link knownTime}. Both clocks are read only for one in 64 times of a ms.
   *
   * @param moment the result of {@link sameMoment}, just now
   */
  knownTimeAt(moment: number): number {
    return moment === moment && --this.#left > 0 ? moment : this.knownTime();
  }

  /**
   * Server time in whole ms; NaN if it is not known.
   *
   * @throws CANNOT_GENERATE_TOKEN if a clock throws or returns an impossible time
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
    // This is false for NaN as well.
    if (!(apart <= TOLERANCE && age <= GOOD_FOR)) {
      this.#lastWall = NaN;
      if (!this.#isKnown(apart, age, monotonic)) return NaN;
      this.synchronizeInBackground();
    }
    this.#lastWall = wall;
    this.#left = TIMES_PER_READING;
    return (this.#lastTime = Math.floor(monotonic - this.#origin));
  }

  /**
   * The same, for callers that can't wait: if the time is not known, it is requested.
   *
   * @throws CANNOT_GENERATE_TOKEN also if the time is not known
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

  /** How long ago the server was asked, ms; Infinity before the first time. */
  get age(): number {
    return Math.abs(this.#read('monotonic') - this.#askedAt);
  }

  /** The round trip of the last synchronisation, ms; NaN before the first one. */
  get roundTrip(): number {
    return this.#roundTrip;
  }

  /** The wall clock, in whole ms. @throws CANNOT_GENERATE_TOKEN if it throws or returns anything else */
  localTime(): number {
    return Math.floor(this.#read('now'));
  }

  /** Makes the time unknown. */
  forget(): void {
    this.#origin = NaN;
    this.#lastWall = NaN;
    this.#askedAt = -Infinity;
  }

  /** Resolves when the time is known. @throws what {@link synchronize} throws */
  async ensureSynchronized(): Promise<void> {
    while (Number.isNaN(this.knownTime())) await this.synchronize();
  }

  /**
   * Asks the server. Callers at the same time share one answer.
   *
   * @throws NETWORK_ERROR, RESPONSE_ERROR, CANNOT_GENERATE_TOKEN for clocks that throw or return something that isn't a
   *   finite number; the time known before is kept
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

  /**
   * Begins a request whose authentic answer tells the server's time.
   *
   * @returns a function to call when the answer has come; it returns one that takes the time (ms) from the answer, once
   *   that has proved to be the server's. Does nothing if the time is known by then, or if {@link synchronize} would ask
   *   once more after such an answer
   * @throws CANNOT_GENERATE_TOKEN for clocks that throw or return something that isn't a finite number
   */
  listen(): () => (serverTime: number) => void {
    const sent = this.#readBoth();
    return () => {
      const round = roundBetween(sent, this.#readBoth());
      return (serverTime) => {
        const isUsable = isPossible(serverTime) && !round.slept && round.trip <= GOOD_ROUND_TRIP;
        if (!isUsable || !Number.isNaN(this.knownTime())) return;
        this.#take(serverTime, round);
        this.#failure = undefined;
      };
    };
  }

  async #synchronize(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const sent = this.#readBoth();
      const serverTime = await this.#fetchServerTime();
      const round = roundBetween(sent, this.#readBoth());
      if (!isPossible(serverTime)) {
        throw wrongAnswer('serverTime: expected ms since 1970, got a time out of range');
      }
      // The answer is as accurate as the round trip allows: useless if the machine slept in between, or waited long.
      const { trip, slept } = round;
      if ((slept || trip > GOOD_ROUND_TRIP) && attempt < ATTEMPTS) continue;
      if (slept || trip > LONGEST_ROUND_TRIP) {
        throw failure(
          PowerAuthErrorCode.NETWORK_ERROR,
          "The server's time could not be determined: each time it was asked, the machine slept, a clock was set, or the answer took longer than a minute; try again",
        );
      }
      this.#take(serverTime, round);
      return;
    }
  }

  #take(serverTime: number, { trip, received }: Round): void {
    // How long the answer was on its way. Overestimating that puts the time ahead, underestimating puts it behind.
    this.#origin = received.monotonic - Math.min(trip, GOOD_ROUND_TRIP) / 2 - serverTime;
    this.#drift = received.now - received.monotonic;
    this.#askedAt = received.monotonic;
    this.#roundTrip = trip;
    this.#taken?.(-this.#drift - this.#origin, trip);
  }

  #readBoth(): Reading {
    const monotonic = this.#read('monotonic');
    return { monotonic, now: this.#read('now') };
  }

  /** Whether the time is still known, although it should be requested again. */
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

/** Both clocks at one moment, ms. */
type Reading = Readonly<Record<keyof PowerAuthClock, number>>;

/** From a question to its answer. */
interface Round {
  /** How long it took, ms. */
  readonly trip: number;
  /** Whether the machine slept in between, or a clock was set. */
  readonly slept: boolean;
  readonly received: Reading;
}

function roundBetween(sent: Reading, received: Reading): Round {
  const drifted = received.now - received.monotonic - (sent.now - sent.monotonic);
  return {
    trip: received.monotonic - sent.monotonic,
    slept: Math.abs(drifted) > TOLERANCE,
    received,
  };
}

const isPossible = (serverTime: number): boolean => serverTime >= EARLIEST && serverTime <= LATEST;

/** @throws CANNOT_GENERATE_TOKEN for a time that no clock can have reached since the last synchronisation */
function assertTime(time: number): void {
  if (time >= EARLIEST && time <= LATEST) return;
  const received =
    time < EARLIEST ? 'one that went back' : time > LATEST ? 'one that leapt ahead' : 'no number';
  throw wrongClock(
    `clientConfiguration.clock.monotonic: expected a clock that runs on since time was synchronised with the server, got ${received}`,
  );
}

/** The error for an unusable clock of the application; the runtime's own is always usable. */
function wrongClock(message: string, cause?: unknown): Error {
  return failure(PowerAuthErrorCode.CANNOT_GENERATE_TOKEN, message, { cause });
}

function throwingClock(cause: unknown): Error {
  return wrongClock(
    'clientConfiguration.clock: expected functions that return ms, got one that throws',
    cause,
  );
}
