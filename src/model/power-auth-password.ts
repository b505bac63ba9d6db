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
import { assertWellFormed, wrongNumber, wrongParameter } from '../util/validate.ts';
import { assertPosition, codePoint, CodePoints } from './code-points.ts';
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

/** How long a password may be unused before it is wiped, in ms. */
const AUTORELEASE_TIME = 5 * 60_000;

/** Passwords that are in use, by the configured instance that they belong to; undefined if the instance has none. */
const byInstance = new Map<string, Set<PowerAuthPassword> | undefined>();

// Access to the internals of a password, for the functions below only.
let isPasswordObject: (value: object) => boolean;
let takeBytes: (password: PowerAuthPassword, purpose: { readonly use: boolean }) => Uint8Array<ArrayBuffer>;
let destroy: (password: PowerAuthPassword) => void;

/**
 * A password as characters (code points, not UTF-16 units) in bytes that are overwritten with zeros: after use, unless
 * `destroyOnUse` is false; on `release`; after 5 minutes without a call; and when the instance that it belongs to is
 * deconfigured. The object can then be filled again. JSON and logs never show it.
 *
 * It protects content that the app enters character by character, as with the app's own PIN pad. Text from an input
 * field has already been a string, which nobody can wipe.
 *
 * Each method restarts the 5 minutes. If the content was wiped by anything other than `release`, the next method call
 * invokes `onAutomaticCleanup`. Each method rejects with INSTANCE_NOT_CONFIGURED while the instance that the password
 * belongs to is not configured.
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
  /** A method was called since it was created or wiped. */
  #inUse = false;
  /** It was wiped without the app's request, and the app has not been told yet. */
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
   * Creates an empty password.
   *
   * @param destroyOnUse whether to wipe it after one use for authentication
   * @param onAutomaticCleanup called by the first method call after the content was wiped
   * @param powerAuthInstanceId the instance that it belongs to; `PowerAuth.createPassword` fills this in
   * @param autoreleaseTime how long it may be unused, in ms; 0 means 5 minutes, the default
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
    // A longer time would overflow the timer, which would then fire at once.
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
   * @throws WRONG_PARAMETER for anything that isn't a character, such as half of a surrogate pair
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
   * @throws WRONG_PARAMETER for anything that isn't a character, and for a position beyond the length
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
   * Removes the character at `position`, 0 to the length minus 1.
   *
   * @returns the number of characters that are left
   * @throws WRONG_PARAMETER if there is no character at that position
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
   * Removes the last character, if there is one.
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
   * Whether both have the same characters. Takes a time that depends only on the lengths.
   *
   * @throws WRONG_PARAMETER for anything that isn't a PowerAuthPassword
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
   * Wipes the content now. The object is then as good as new.
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
        'password: expected one with content, got one that was used up or wiped; create a new one, or one with destroyOnUse = false',
      );
    }
    this.#touch();
    const bytes = this.#characters.toUtf8();
    if (use && this.#destroyOnUse) this.#end({ lost: true });
    return bytes;
  }

  /** Restarts the timer, after telling the app about a loss that it doesn't know about yet. */
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
  // Two different passwords would become the same.
  if (typeof value === 'string') assertWellFormed(value, field);
}

/**
 * Passes the password's UTF-8 bytes to `use`, and wipes them when it is done.
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
 * Passes the password's UTF-8 bytes to `read`, and wipes them afterwards. This doesn't use the password up.
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
 * Allows the use of an instance's passwords, now that it is configured.
 *
 * @internal
 */
export function admitPasswordsOf(instanceId: string): void {
  byInstance.set(instanceId, undefined);
}

/**
 * Wipes the passwords of an instance, and no longer allows their use.
 *
 * @internal
 */
export function dismissPasswordsOf(instanceId: string): void {
  for (const password of byInstance.get(instanceId) ?? []) destroy(password);
  byInstance.delete(instanceId);
}
