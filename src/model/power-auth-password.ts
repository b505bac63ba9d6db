/**
 * Passwords in memory that can be wiped.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { equalBytes, utf8, wipe } from '../util/bytes.ts';
import { describe } from '../util/validate.ts';

/** A password: a {@link PowerAuthPassword}, or a string, which JavaScript cannot wipe. */
export type PasswordType = PowerAuthPassword | string;

/** A character: a Unicode code point, or a string whose first code point counts. */
export type CharacterType = string | number;

/** Disuse after which a password is wiped, ms. */
const AUTORELEASE_TIME = 5 * 60_000;

/** Passwords that end with the instance that they were made for. */
const ofInstances = new Map<string, Set<WeakRef<PowerAuthPassword>>>();

/** For {@link usePassword} alone. */
let takeBytes: (password: PowerAuthPassword) => Uint8Array<ArrayBuffer>;

/**
 * A password as characters (code points, not UTF-16 units), in bytes that are wiped: after use unless `destroyOnUse` is
 * false, on `release`, and after 5 minutes of disuse. Nothing of it shows in JSON or in a log.
 *
 * @example
 * ```ts
 * const password = new PowerAuthPassword();
 * for (const key of ['1', '2', '3', '4']) await password.addCharacter(key);
 * await powerAuth.validatePassword(password); // and wiped
 * ```
 */
export class PowerAuthPassword {
  /** Code points; only the first `#length` count. */
  #characters = new Uint32Array(32);
  #length = 0;
  /** Wiped after 5 minutes of disuse, and nobody was told yet. */
  #cleaned = false;
  /** Used up or released: good for new characters, not for authentication. */
  #usedUp = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #destroyOnUse: boolean;
  readonly #onAutomaticCleanup: (() => void) | undefined;
  readonly #autoreleaseTime: number;

  static {
    takeBytes = (password) => password.#take();
  }

  /**
   * @param destroyOnUse wiped after it was used for authentication once
   * @param onAutomaticCleanup called by the first use after 5 minutes of disuse, when the content is gone
   * @param powerAuthInstanceId wiped when the instance with this id is deconfigured
   * @param autoreleaseTime other time of disuse, ms, for tests
   * @throws WRONG_PARAMETER
   */
  constructor(
    destroyOnUse = true,
    onAutomaticCleanup?: () => void,
    powerAuthInstanceId?: string,
    autoreleaseTime = 0,
  ) {
    assertType(destroyOnUse, 'boolean', 'destroyOnUse');
    if (onAutomaticCleanup !== undefined) assertType(onAutomaticCleanup, 'function', 'onAutomaticCleanup');
    if (powerAuthInstanceId !== undefined) assertType(powerAuthInstanceId, 'string', 'powerAuthInstanceId');
    if (!Number.isFinite(autoreleaseTime) || autoreleaseTime < 0) {
      throw wrong('autoreleaseTime', 'ms, 0 or more', autoreleaseTime);
    }
    this.#destroyOnUse = destroyOnUse;
    this.#onAutomaticCleanup = onAutomaticCleanup;
    this.#autoreleaseTime = autoreleaseTime === 0 ? AUTORELEASE_TIME : autoreleaseTime;
    if (powerAuthInstanceId !== undefined) {
      const passwords = ofInstances.get(powerAuthInstanceId) ?? new Set();
      // Now and then those that are gone are swept out: an instance may live long and see many passwords.
      if (passwords.size % 64 === 63) {
        for (const reference of passwords) if (reference.deref() === undefined) passwords.delete(reference);
      }
      ofInstances.set(powerAuthInstanceId, passwords.add(new WeakRef(this)));
    }
  }

  /** Number of characters. */
  async length(): Promise<number> {
    this.#touch();
    return this.#length;
  }

  /** Whether there are no characters. */
  async isEmpty(): Promise<boolean> {
    this.#touch();
    return this.#length === 0;
  }

  /** Removes and wipes all characters. */
  async clear(): Promise<void> {
    this.#touch();
    this.#wipe();
  }

  /**
   * Adds a character at the end.
   *
   * @returns the number of characters
   * @throws WRONG_PARAMETER
   */
  async addCharacter(character: CharacterType): Promise<number> {
    return this.#insert(codePoint(character), this.#length);
  }

  /**
   * Inserts a character before position `at`, 0 to the length.
   *
   * @returns the number of characters
   * @throws WRONG_PARAMETER
   */
  async insertCharacter(character: CharacterType, at: number): Promise<number> {
    const point = codePoint(character);
    assertPosition(at, this.#length, 'at');
    return this.#insert(point, at);
  }

  /**
   * Removes the character at `position`, 0 to the length less 1.
   *
   * @returns the number of characters
   * @throws WRONG_PARAMETER
   */
  async removeCharacterAt(position: number): Promise<number> {
    this.#touch();
    assertPosition(position, this.#length - 1, 'position');
    this.#characters.copyWithin(position, position + 1, this.#length);
    this.#characters[--this.#length] = 0;
    return this.#length;
  }

  /**
   * Removes the last character, if there is one.
   *
   * @returns the number of characters
   */
  async removeLastCharacter(): Promise<number> {
    return this.#length === 0 ? this.length() : this.removeCharacterAt(this.#length - 1);
  }

  /**
   * Whether both have the same characters; takes a time that depends on the lengths alone.
   *
   * @throws WRONG_PARAMETER
   */
  async isEqualTo(password: PowerAuthPassword): Promise<boolean> {
    if (!(password instanceof PowerAuthPassword)) throw wrong('password', 'a PowerAuthPassword', password);
    this.#touch();
    password.#touch();
    return equalBytes(bytesOf(this.#used), bytesOf(password.#used));
  }

  /** Wipes the content. The object can be filled anew; used for authentication before that it is refused. */
  async release(): Promise<void> {
    this.#wipe();
    this.#usedUp = true;
    clearTimeout(this.#timer);
  }

  get #used(): Uint32Array {
    return this.#characters.subarray(0, this.#length);
  }

  #insert(point: number, at: number): number {
    this.#touch();
    const position = Math.min(at, this.#length);
    if (this.#length === this.#characters.length) {
      const larger = new Uint32Array(2 * this.#length);
      larger.set(this.#characters);
      this.#characters.fill(0);
      this.#characters = larger;
    }
    this.#characters.copyWithin(position + 1, position, this.#length);
    this.#characters[position] = point;
    this.#usedUp = false;
    return ++this.#length;
  }

  #take(): Uint8Array<ArrayBuffer> {
    this.#touch();
    if (this.#usedUp) {
      throw failure(
        PowerAuthErrorCode.INVALID_NATIVE_OBJECT,
        'password: expected one with content, got one that was used up or released; make a new one, or one with destroyOnUse = false',
      );
    }
    const bytes = utf8FromCodePoints(this.#used);
    if (this.#destroyOnUse) {
      this.#wipe();
      this.#usedUp = true;
    }
    return bytes;
  }

  /** Puts the clean-up off, and tells of one that happened. */
  #touch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#cleaned = this.#length > 0;
      this.#wipe();
    }, this.#autoreleaseTime);
    // In Node a timer keeps the process alive; in browsers it is a number.
    (this.#timer as { unref?: () => void }).unref?.();
    if (!this.#cleaned) return;
    this.#cleaned = false;
    this.#onAutomaticCleanup?.();
  }

  #wipe(): void {
    this.#characters.fill(0);
    this.#length = 0;
  }
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
  const bytes = typeof password === 'string' ? utf8(password) : takeBytes(password);
  try {
    return await use(bytes);
  } finally {
    wipe(bytes);
  }
}

/**
 * Releases the passwords that were made for an instance.
 *
 * @internal
 */
export function releasePasswordsOf(instanceId: string): void {
  for (const reference of ofInstances.get(instanceId) ?? []) void reference.deref()?.release();
  ofInstances.delete(instanceId);
}

function wrong(field: string, expected: string, value: unknown): Error {
  return failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `${field}: expected ${expected}, got ${describe(value)}`,
  );
}

function assertType(value: unknown, type: string, field: string): void {
  if (typeof value !== type) throw wrong(field, `a ${type}`, value);
}

function assertPosition(value: unknown, last: number, field: string): void {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > last) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
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

function bytesOf(characters: Uint32Array): Uint8Array {
  return new Uint8Array(characters.buffer, characters.byteOffset, characters.byteLength);
}

/** First byte of a UTF-8 sequence, by the number of bytes that follow. */
const LEADING_BITS = [0, 0xc0, 0xe0, 0xf0];

/** UTF-8 (RFC 3629), straight from code points: a string in between could not be wiped. */
function utf8FromCodePoints(points: Uint32Array): Uint8Array<ArrayBuffer> {
  const scratch = new Uint8Array(4 * points.length);
  let length = 0;
  for (const point of points) {
    if (point < 0x80) scratch[length++] = point;
    else {
      const continuations = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
      scratch[length++] = (LEADING_BITS[continuations] ?? 0) | (point >> (6 * continuations));
      for (let i = continuations - 1; i >= 0; i--) scratch[length++] = 0x80 | ((point >> (6 * i)) & 0x3f);
    }
  }
  const bytes = scratch.slice(0, length);
  wipe(scratch);
  return bytes;
}
