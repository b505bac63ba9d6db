/**
 * Passwords in memory that can be wiped.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { testPin } from '../pin-strength/test-pin.ts';
import { utf8, wipe } from '../util/bytes.ts';
import { itself, knowItself } from '../util/instance.ts';
import { IdleTimer } from '../util/timers.ts';
import { assertWellFormed, describe, wrongNumber, wrongParameter } from '../util/validate.ts';
import { CodePoints } from './code-points.ts';
import type { PinTestResult } from '../pin-strength/pin-test-result.ts';

/**
 * A password: a {@link PowerAuthPassword}, or a string, which JavaScript cannot wipe.
 *
 * @example
 * ```ts
 * const pin: PasswordType = '1234';
 * ```
 */
export type PasswordType = PowerAuthPassword | string;

/**
 * A character: a Unicode code point, or a string whose first code point counts.
 *
 * @example
 * ```ts
 * const character: CharacterType = 'é'.codePointAt(0) ?? 0;
 * ```
 */
export type CharacterType = string | number;

/** Disuse after which a password is wiped, ms. */
const AUTORELEASE_TIME = 5 * 60_000;

/** Passwords that are in use, by the configured instance that they belong to; undefined where it has none. */
const byInstance = new Map<string, Set<PowerAuthPassword> | undefined>();

// What the functions below may do with a password, and nobody else.
let isPasswordObject: (value: object) => boolean;
let takeBytes: (password: PowerAuthPassword, purpose: { readonly use: boolean }) => Uint8Array<ArrayBuffer>;
let destroy: (password: PowerAuthPassword) => void;

/**
 * A password as characters (code points, not UTF-16 units) in bytes that are overwritten with zeros: after it was used
 * unless `destroyOnUse` is false, on `release`, after 5 minutes in which nothing was done with it, and when the instance
 * that it belongs to is deconfigured. The object can be filled anew then. Nothing of it shows in JSON or in a log.
 *
 * It protects what the app puts into it character by character, as the keys of a PIN pad of its own do. Text that comes
 * from an input field has been a string before, which nobody can wipe.
 *
 * Each method starts the 5 minutes anew. The first one that is called after the content was taken away without the app's
 * asking, which is all but `release`, calls `onAutomaticCleanup`. Each rejects with INSTANCE_NOT_CONFIGURED while the
 * instance that the password belongs to is not configured.
 *
 * @example
 * ```ts
 * const password = new PowerAuthPassword();
 * for (const key of ['1', '2', '3', '4']) await password.addCharacter(key);
 * await powerAuth.validatePassword(password); // and wiped
 * ```
 */
export class PowerAuthPassword {
  readonly #characters = new CodePoints();
  /** Something was done with it since it was made or ended. */
  #inUse = false;
  /** It ended without the app's asking, and the app was not told yet. */
  #lost = false;
  readonly #idle: IdleTimer;
  readonly #destroyOnUse: boolean;
  readonly #onAutomaticCleanup: (() => void) | undefined;
  readonly #instanceId: string | undefined;

  static {
    isPasswordObject = (value) => #characters in itself(value);
    takeBytes = (password, purpose) => itself(password).#take(purpose);
    destroy = (password) => password.#end({ lost: true });
  }

  /**
   * Makes an empty password.
   *
   * @param destroyOnUse wiped after it was used for authentication once
   * @param onAutomaticCleanup called by the first method after the content was taken away
   * @param powerAuthInstanceId the instance that it belongs to; `PowerAuth.createPassword` fills this in
   * @param autoreleaseTime another time of disuse than 5 minutes, ms; 0 is 5 minutes
   * @throws WRONG_PARAMETER
   * @example
   * ```ts
   * const password = new PowerAuthPassword(false, () => showEmptyPinPad());
   * ```
   */
  constructor(
    destroyOnUse = true,
    onAutomaticCleanup?: () => void,
    powerAuthInstanceId?: string,
    autoreleaseTime = 0,
  ) {
    if (typeof destroyOnUse !== 'boolean')
      throw wrongParameter('destroyOnUse', 'true or false', destroyOnUse);
    if (onAutomaticCleanup !== undefined && typeof onAutomaticCleanup !== 'function') {
      throw wrongParameter('onAutomaticCleanup', 'a function or undefined', onAutomaticCleanup);
    }
    if (powerAuthInstanceId !== undefined && typeof powerAuthInstanceId !== 'string') {
      throw wrongParameter('powerAuthInstanceId', 'a string or undefined', powerAuthInstanceId);
    }
    // A longer time would overflow the timer, which would then go off at once.
    if (!(typeof autoreleaseTime === 'number' && autoreleaseTime >= 0 && autoreleaseTime < 2 ** 31)) {
      throw wrongNumber('autoreleaseTime', 'milliseconds, 0 to 2147483647', autoreleaseTime);
    }
    knowItself(this);
    this.#destroyOnUse = destroyOnUse;
    this.#onAutomaticCleanup = onAutomaticCleanup;
    this.#instanceId = powerAuthInstanceId;
    this.#idle = new IdleTimer(autoreleaseTime === 0 ? AUTORELEASE_TIME : autoreleaseTime, () =>
      this.#end({ lost: true }),
    );
  }

  /**
   * Number of characters.
   *
   * @example
   * ```ts
   * dots.textContent = '•'.repeat(await password.length());
   * ```
   */
  async length(): Promise<number> {
    const self = itself(this);
    self.#touch();
    return self.#characters.length;
  }

  /**
   * Whether there are no characters.
   *
   * @example
   * ```ts
   * submit.disabled = await password.isEmpty();
   * ```
   */
  async isEmpty(): Promise<boolean> {
    const self = itself(this);
    self.#touch();
    return self.#characters.length === 0;
  }

  /**
   * Removes and wipes all characters.
   *
   * @example
   * ```ts
   * await password.clear();
   * ```
   */
  async clear(): Promise<void> {
    const self = itself(this);
    self.#touch();
    self.#characters.wipe();
  }

  /**
   * Adds a character at the end.
   *
   * @returns the number of characters
   * @throws WRONG_PARAMETER for what is no character; a half of a surrogate pair is none
   * @example
   * ```ts
   * await password.addCharacter('1'); // 1
   * await password.addCharacter(0x32); // 2
   * ```
   */
  async addCharacter(character: CharacterType): Promise<number> {
    const self = itself(this);
    const point = codePoint(character);
    self.#touch();
    self.#characters.insert(point, self.#characters.length);
    return self.#characters.length;
  }

  /**
   * Inserts a character before position `at`, 0 to the length.
   *
   * @returns the number of characters
   * @throws WRONG_PARAMETER for what is no character and for a position beyond the length
   * @example
   * ```ts
   * await password.insertCharacter('1', 0);
   * ```
   */
  async insertCharacter(character: CharacterType, at: number): Promise<number> {
    const self = itself(this);
    const point = codePoint(character);
    self.#touch();
    assertPosition(at, self.#characters.length, 'at');
    self.#characters.insert(point, at);
    return self.#characters.length;
  }

  /**
   * Removes the character at `position`, 0 to the length less 1.
   *
   * @returns the number of characters that are left
   * @throws WRONG_PARAMETER where there is no character
   * @example
   * ```ts
   * await password.removeCharacterAt(0);
   * ```
   */
  async removeCharacterAt(position: number): Promise<number> {
    const self = itself(this);
    self.#touch();
    assertPosition(position, self.#characters.length - 1, 'position');
    self.#characters.remove(position);
    return self.#characters.length;
  }

  /**
   * Removes the last character; of an empty password none.
   *
   * @returns the number of characters that are left
   * @example
   * ```ts
   * backspace.onclick = () => password.removeLastCharacter();
   * ```
   */
  async removeLastCharacter(): Promise<number> {
    const self = itself(this);
    self.#touch();
    if (self.#characters.length > 0) self.#characters.remove(self.#characters.length - 1);
    return self.#characters.length;
  }

  /**
   * Whether both have the same characters. Takes a time that depends on the lengths alone.
   *
   * @throws WRONG_PARAMETER for what is no PowerAuthPassword
   * @example
   * ```ts
   * if (!(await password.isEqualTo(repeated))) showMismatch();
   * ```
   */
  async isEqualTo(password: PowerAuthPassword): Promise<boolean> {
    const self = itself(this);
    if (!isPassword(password)) throw wrongParameter('password', 'a PowerAuthPassword', password);
    self.#touch();
    const other = itself(password);
    other.#touch();
    return self.#characters.equals(other.#characters);
  }

  /**
   * Tests the content as a PIN, as `PowerAuthPassphraseMeter.testPin` does.
   *
   * @throws WRONG_PARAMETER unless the characters are 4 digits or more, `0` to `9`
   * @example
   * ```ts
   * if ((await password.testPinStrength()).shouldWarnUserAboutWeakPin) showWarning();
   * ```
   */
  async testPinStrength(): Promise<PinTestResult> {
    const self = itself(this);
    self.#touch();
    return readPassword(this, testPin);
  }

  /**
   * Wipes the content now. The object is as new then.
   *
   * @example
   * ```ts
   * await password.release();
   * ```
   */
  async release(): Promise<void> {
    itself(this).#end({ lost: false });
  }

  #take({ use }: { readonly use: boolean }): Uint8Array<ArrayBuffer> {
    if (this.#lost) {
      throw failure(
        PowerAuthErrorCode.INVALID_NATIVE_OBJECT,
        'password: expected one with content, got one that was used up or wiped; make a new one, or one with destroyOnUse = false',
      );
    }
    this.#touch();
    const bytes = this.#characters.toUtf8();
    if (use && this.#destroyOnUse) this.#end({ lost: true });
    return bytes;
  }

  /** Begins the time of disuse anew, after telling the app what it does not know yet. */
  #touch(): void {
    if (this.#lost) {
      this.#lost = false;
      this.#tell();
    }
    if (this.#instanceId !== undefined) {
      if (!byInstance.has(this.#instanceId)) {
        throw failure(
          PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED,
          'The PowerAuth instance of this password is not configured; call configure first',
        );
      }
      let passwords = byInstance.get(this.#instanceId);
      if (passwords === undefined) byInstance.set(this.#instanceId, (passwords = new Set()));
      passwords.add(this);
    }
    this.#inUse = true;
    this.#idle.restart();
  }

  #tell(): void {
    try {
      this.#onAutomaticCleanup?.();
    } catch (cause) {
      throw failure(PowerAuthErrorCode.UNKNOWN_ERROR, 'onAutomaticCleanup has thrown; see cause', { cause });
    }
  }

  #end({ lost }: { readonly lost: boolean }): void {
    this.#idle.stop();
    this.#characters.wipe();
    this.#lost = lost && (this.#lost || this.#inUse);
    this.#inUse = false;
    if (this.#instanceId !== undefined) byInstance.get(this.#instanceId)?.delete(this);
  }
}

function isPassword(value: unknown): value is PowerAuthPassword {
  return typeof value === 'object' && value !== null && isPasswordObject(value);
}

/**
 * @throws WRONG_PARAMETER unless `value` is a string or a PowerAuthPassword
 * @internal
 */
export function assertPassword(value: unknown, field: string): asserts value is PasswordType {
  if (typeof value !== 'string' && !isPassword(value)) {
    throw wrongParameter(field, 'a string or a PowerAuthPassword', value);
  }
  // Two passwords would be one.
  if (typeof value === 'string') assertWellFormed(value, field);
}

/**
 * Gives the password's UTF-8 bytes to `use`, and wipes them when it is done.
 *
 * @throws INVALID_NATIVE_OBJECT for a password that was used up
 * @internal
 */
export async function usePassword<T>(
  password: PasswordType,
  use: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>,
): Promise<T> {
  const bytes = typeof password === 'string' ? utf8(password) : takeBytes(password, { use: true });
  try {
    return await use(bytes);
  } finally {
    wipe(bytes);
  }
}

/**
 * Lets `read` look at the password's UTF-8 bytes, which are wiped afterwards. The password is not used up by it.
 *
 * @throws INVALID_NATIVE_OBJECT for a password that was used up
 * @internal
 */
export function readPassword<T>(password: PasswordType, read: (bytes: Uint8Array<ArrayBuffer>) => T): T {
  const bytes = typeof password === 'string' ? utf8(password) : takeBytes(password, { use: false });
  try {
    return read(bytes);
  } finally {
    wipe(bytes);
  }
}

/**
 * Lets the passwords of an instance be used, now that it is configured.
 *
 * @internal
 */
export function admitPasswordsOf(instanceId: string): void {
  byInstance.set(instanceId, undefined);
}

/**
 * Wipes the passwords of an instance, and lets them no longer be used.
 *
 * @internal
 */
export function dismissPasswordsOf(instanceId: string): void {
  for (const password of byInstance.get(instanceId) ?? []) destroy(password);
  byInstance.delete(instanceId);
}

function assertPosition(value: unknown, last: number, field: string): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > last) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      // The number itself would tell how long the password is not.
      `${field}: expected a position within the password, got ${typeof value === 'number' ? 'another number' : describe(value)}`,
    );
  }
}

function codePoint(character: unknown): number {
  const point = typeof character === 'string' ? character.codePointAt(0) : character;
  const isCodePoint = typeof point === 'number' && Number.isInteger(point) && point >= 0 && point <= 0x10ffff;
  // A lone surrogate is no character, and has no UTF-8.
  if (!isCodePoint || (point >= 0xd800 && point <= 0xdfff)) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      'character: expected a Unicode code point, or a string that begins with one; got something else',
    );
  }
  return point;
}
