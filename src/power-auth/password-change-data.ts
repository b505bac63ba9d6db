/**
 * A change of the password that was begun: the implementation.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { PasswordType } from '../model/power-auth-password.ts';
import type { PowerAuthPasswordChangeData } from '../model/power-auth-password-change-data.ts';
import { PasswordChange } from '../session/password-change.ts';
import type { Session } from '../session/session.ts';
import { itself, knowItself } from '../util/instance.ts';
import { IdleTimer } from '../util/timers.ts';
import { wrongParameter } from '../util/validate.ts';

/** How long it may be unused before the old password is wiped, in ms. */
const LIFE = 5 * 60_000;

/** Holds the change of one session, but no longer than that lives. */
export class PasswordChangeData implements PowerAuthPasswordChangeData {
  readonly #session: Session;
  #change: PasswordChange | undefined;
  readonly #idle = new IdleTimer(LIFE, () => this.#wipe());
  readonly #forgetSession: () => void;

  private constructor(session: Session, change: PasswordChange) {
    knowItself(this);
    this.#session = session;
    this.#change = change;
    this.#forgetSession = session.whenClosed(() => this.#wipe());
    this.#idle.restart();
  }

  /** @throws what {@link PasswordChange.begin} throws */
  static async begin(session: Session, oldPassword: PasswordType): Promise<PowerAuthPasswordChangeData> {
    const change = await PasswordChange.begin(session, oldPassword);
    try {
      return new PasswordChangeData(session, change);
    } catch (error) {
      change.release();
      throw error;
    }
  }

  /** Releases it, if it is one. */
  static releaseAny(data: unknown): void {
    const self = selfOf(data);
    if (self !== undefined && #change in self) self.#wipe();
  }

  /** The change to finish, which the caller must release. @throws INVALID_NATIVE_OBJECT if it is used up or released */
  static take(data: unknown, session: Session): PasswordChange {
    const self = selfOf(data);
    if (!(self !== undefined && #change in self) || self.#session !== session) {
      throw wrongParameter(
        'passwordChangeData',
        'what beginPasswordChange of this instance has returned',
        data,
      );
    }
    const change = self.#change;
    if (change === undefined) {
      throw failure(
        PowerAuthErrorCode.INVALID_NATIVE_OBJECT,
        'passwordChangeData: expected one that is not used up, got one that was used, released, or unused for 5 minutes; call beginPasswordChange again',
      );
    }
    self.#change = undefined;
    self.#wipe();
    return change;
  }

  async release(): Promise<void> {
    itself(this).#wipe();
  }

  #wipe(): void {
    this.#idle.stop();
    this.#change?.release();
    this.#change = undefined;
    this.#forgetSession();
  }
}

const selfOf = (data: unknown): object | undefined =>
  typeof data === 'object' && data !== null ? itself(data) : undefined;
