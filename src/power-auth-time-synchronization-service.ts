/**
 * The server's time, for the application's own use.
 *
 * @module
 */

import type { TimeSynchronization } from './net/time-sync.ts';
import { onSession } from './power-auth/on-session.ts';

/**
 * The server's time, at `powerAuth.timeSynchronizationService`. Instances with equal settings for a server share it.
 * Whatever needs the time synchronises it by itself; see `generateHeaderForToken`.
 *
 * Every method rejects with INSTANCE_NOT_CONFIGURED before `configure`, and with CANNOT_GENERATE_TOKEN if the
 * application's own `clientConfiguration.clock` is wrong.
 *
 * @example
 * ```ts
 * const { timeSynchronizationService } = powerAuth;
 * await timeSynchronizationService.synchronizeTime();
 * show(new Date(await timeSynchronizationService.currentTime()));
 * ```
 */
export class PowerAuthTimeSynchronizationService {
  // Not a `#` member: a proxy around the object, such as Vue's reactive() creates, would break every method.
  private readonly instanceId: string;

  /** @internal Use `powerAuth.timeSynchronizationService`. */
  constructor(instanceId: string) {
    this.instanceId = instanceId;
  }

  /**
   * Whether the server's time is known. It no longer is after a sleep of more than 30 s or another jump of the clocks, and
   * after a day in which the server could not be asked. Makes no request.
   *
   * @example
   * ```ts
   * if (!(await powerAuth.timeSynchronizationService.isTimeSynchronized())) show('The time may be wrong');
   * ```
   */
  isTimeSynchronized(): Promise<boolean> {
    return this.read((time) => !Number.isNaN(time.knownTime()));
  }

  /**
   * The server's time in whole ms since 1970; the local clock's if it is not known. Makes no request.
   *
   * @example
   * ```ts
   * const secondsLeft = (expiresAt - (await powerAuth.timeSynchronizationService.currentTime())) / 1000;
   * ```
   */
  currentTime(): Promise<number> {
    return this.read((time) => {
      const known = time.knownTime();
      return Number.isNaN(known) ? time.localTime() : known;
    });
  }

  /**
   * Asks the server for its time (`/pa/v3/status`), even if it is known. Calls at the same time share one answer.
   *
   * @throws NETWORK_ERROR, RESPONSE_ERROR; the time known before is kept
   * @example
   * ```ts
   * await powerAuth.timeSynchronizationService.synchronizeTime();
   * ```
   */
  synchronizeTime(): Promise<void> {
    return onSession(this.instanceId, (session) => session.unlessClosed(session.time.synchronize()));
  }

  /**
   * The same as {@link PowerAuthTimeSynchronizationService.synchronizeTime}.
   *
   * @example
   * ```ts
   * await powerAuth.timeSynchronizationService.synchronize();
   * ```
   */
  synchronize(): Promise<void> {
    return this.synchronizeTime();
  }

  /**
   * Forgets the time, for all instances that share it: it is not known until it is requested again. Makes no request.
   *
   * @example
   * ```ts
   * await powerAuth.timeSynchronizationService.resetTimeSynchronization();
   * ```
   */
  resetTimeSynchronization(): Promise<void> {
    return this.read((time) => time.forget());
  }

  /**
   * How far the server's clock is ahead of the local one, in ms; 0 if the time is not known. Makes no request.
   *
   * @example
   * ```ts
   * show(await powerAuth.timeSynchronizationService.localTimeAdjustment()); // -1250
   * ```
   */
  localTimeAdjustment(): Promise<number> {
    return this.read((time) => {
      const known = time.knownTime();
      return Number.isNaN(known) ? 0 : known - time.localTime();
    });
  }

  /**
   * How far the time may be from the server's, in ms: half of the round trip of the last answer; 0 if the time is not
   * known. Makes no request.
   *
   * @example
   * ```ts
   * show(await powerAuth.timeSynchronizationService.localTimeAdjustmentPrecision()); // 35
   * ```
   */
  localTimeAdjustmentPrecision(): Promise<number> {
    return this.read((time) => (Number.isNaN(time.knownTime()) ? 0 : Math.ceil(time.roundTrip / 2)));
  }

  private read<T>(read: (time: TimeSynchronization) => T): Promise<T> {
    return onSession(this.instanceId, ({ time }) => read(time));
  }
}
