/* eslint @typescript-eslint/no-deprecated: off -- the deprecated form is at home here */
/**
 * With which factors a request is signed, or an activation committed.
 *
 * @module
 */

import { buildPrompt, type PowerAuthBiometricPrompt } from '../biometry/power-auth-biometric-prompt.ts';
import type { UnlockedBiometryKey } from '../biometry/unlocked-key.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import { itself, knowItself } from '../util/instance.ts';
import { hideGetters } from '../util/hidden.ts';
import { wrongParameter } from '../util/validate.ts';
import { assertPassword, type PasswordType } from './power-auth-password.ts';

/**
 * What an authentication object is used for.
 *
 * @internal
 */
export interface AuthenticationUse {
  /** To commit an activation, or else to sign. */
  readonly commit: boolean;
}

// What the functions below may do with an authentication object, and nobody else.
let resolve: (value: object, field: string, use: AuthenticationUse) => PowerAuthAuthentication | undefined;
let unlockedKey: (authentication: PowerAuthAuthentication) => UnlockedBiometryKey | undefined;
let reusableFor: (
  authentication: PowerAuthAuthentication,
  key: UnlockedBiometryKey,
) => PowerAuthAuthentication;
let askedUser: (authentication: PowerAuthAuthentication) => void;

/**
 * A choice of factors: of possession alone, or of possession and others. Make it with the static methods. The password is
 * kept as it is given, so that a PowerAuthPassword stays the caller's; nothing of it shows in JSON or in a log.
 *
 * @example
 * ```ts
 * const header = await powerAuth.requestSignature(PowerAuthAuthentication.password('1234'), 'POST', '/payment', body);
 * ```
 */
export class PowerAuthAuthentication {
  /**
   * The possession factor is always used, whatever is set here.
   *
   * @deprecated The static methods make objects for each combination of factors.
   */
  usePossession = true;
  /**
   * Whether the biometry factor is used. Counts for objects that the constructor made.
   *
   * @deprecated The static methods make objects for each combination of factors.
   */
  useBiometry = false;
  /**
   * Message of the prompt for biometric authentication. Counts for objects that the constructor made.
   *
   * @deprecated The static methods take a {@link PowerAuthBiometricPrompt}.
   */
  declare biometryMessage?: string;
  /**
   * Title of the prompt for biometric authentication. Counts for objects that the constructor made.
   *
   * @deprecated The static methods take a {@link PowerAuthBiometricPrompt}.
   */
  declare biometryTitle?: string;
  /** Undefined for an object that the constructor made, which serves both uses. */
  #use: AuthenticationUse | undefined;
  /** Told apart from an absent password, so that an undefined one never means fewer factors. */
  #usesPassword = false;
  /** Told apart from an absent prompt, which need not be given. */
  #usesBiometry: boolean;
  /** Whether the user was asked for this object already, which is done once. */
  #spent = false;
  /** In a copy, the object that is used up with it. */
  #original: PowerAuthAuthentication | undefined;
  /** In the object that a group hands out. */
  #unlockedKey: UnlockedBiometryKey | undefined;
  readonly #password: PasswordType | undefined;
  #biometricPrompt: PowerAuthBiometricPrompt | undefined;
  #userPassword: PasswordType | undefined;

  static {
    // By `this`: TypeScript's output knows the class by another name, which it has only later.
    hideGetters(this.prototype, ['password', 'userPassword']);
    resolve = (value, field, use) => {
      const authentication = itself(value);
      return #use in authentication ? authentication.#resolve(field, use) : undefined;
    };
    unlockedKey = (authentication) => authentication.#unlockedKey;
    reusableFor = ({ password, biometricPrompt }, key) => {
      const reusable = PowerAuthAuthentication.#withBiometry({ commit: false }, password, biometricPrompt);
      reusable.#usesPassword = password !== undefined;
      reusable.#unlockedKey = key;
      return reusable;
    };
    askedUser = (authentication) => ((authentication.#original ?? authentication).#spent = true);
  }

  /**
   * Makes an object whose factors are set afterwards. It serves to sign and to commit. The calls that it is passed to copy
   * what is set at that time.
   *
   * @param password the same as setting `userPassword`
   * @param biometricPrompt the same as setting `useBiometry`, with this prompt
   * @deprecated The static methods make objects for each combination of factors.
   * @example
   * ```ts
   * const authentication = new PowerAuthAuthentication();
   * authentication.userPassword = '1234';
   * ```
   */
  constructor(password?: PasswordType, biometricPrompt?: PowerAuthBiometricPrompt) {
    knowItself(this);
    this.#password = password;
    this.#biometricPrompt = biometricPrompt;
    this.#usesBiometry = biometricPrompt !== undefined;
  }

  /**
   * Possession factor alone.
   *
   * @example
   * ```ts
   * await powerAuth.tokenStore.requestAccessToken('MyToken', PowerAuthAuthentication.possession());
   * ```
   */
  static possession(): PowerAuthAuthentication {
    const authentication = new PowerAuthAuthentication();
    authentication.#use = { commit: false };
    return authentication;
  }

  /**
   * Possession and knowledge factors.
   *
   * @param password a string, or a PowerAuthPassword whose bytes can be wiped
   * @example
   * ```ts
   * await powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password('1234'));
   * ```
   */
  static password(password: PasswordType): PowerAuthAuthentication {
    return PowerAuthAuthentication.#withPassword({ commit: false }, password);
  }

  /**
   * For `commitActivation`: the password becomes the knowledge factor.
   *
   * @param password a string, or a PowerAuthPassword whose bytes can be wiped
   * @example
   * ```ts
   * await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('1234'));
   * ```
   */
  static commitWithPassword(password: PasswordType): PowerAuthAuthentication {
    return PowerAuthAuthentication.#withPassword({ commit: true }, password);
  }

  /**
   * Possession and biometry factors. The call that the object is passed to asks the user; when the user was authenticated,
   * the object is used up, and another call answers INVALID_NATIVE_OBJECT: make a new one for each. To ask once for several
   * calls there is `groupedBiometricAuthentication`.
   *
   * @param biometricPrompt what the user reads, where the platform shows an application's text; browsers show none
   * @example
   * ```ts
   * const authentication = PowerAuthAuthentication.biometry({ promptMessage: 'Please approve the payment' });
   * const header = await powerAuth.requestSignature(authentication, 'POST', '/payment', body);
   * ```
   */
  static biometry(biometricPrompt: PowerAuthBiometricPrompt): PowerAuthAuthentication {
    return PowerAuthAuthentication.#withBiometry({ commit: false }, undefined, biometricPrompt);
  }

  /**
   * For `commitActivation`: the password becomes the knowledge factor, and a biometry factor is set up, for which the user
   * is asked.
   *
   * @param password a string, or a PowerAuthPassword whose bytes can be wiped
   * @param biometricPrompt what the user reads, where the platform shows an application's text; browsers show none
   * @example
   * ```ts
   * const prompt = { promptMessage: 'Please allow biometric authentication' };
   * await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPasswordAndBiometry('1234', prompt));
   * ```
   */
  static commitWithPasswordAndBiometry(
    password: PasswordType,
    biometricPrompt?: PowerAuthBiometricPrompt,
  ): PowerAuthAuthentication {
    return PowerAuthAuthentication.#withBiometry({ commit: true }, password, biometricPrompt);
  }

  static #withBiometry(
    use: AuthenticationUse,
    password: PasswordType | undefined,
    biometricPrompt: PowerAuthBiometricPrompt | undefined,
  ): PowerAuthAuthentication {
    const authentication = new PowerAuthAuthentication(password, biometricPrompt);
    authentication.#use = use;
    authentication.#usesPassword = use.commit;
    authentication.#usesBiometry = true;
    return authentication;
  }

  static #withPassword(use: AuthenticationUse, password: PasswordType): PowerAuthAuthentication {
    const authentication = new PowerAuthAuthentication(password);
    authentication.#use = use;
    authentication.#usesPassword = true;
    return authentication;
  }

  /** The password of the knowledge factor, or undefined when that factor is not used. */
  get password(): PasswordType | undefined {
    return itself(this).#password;
  }

  /** The prompt for biometric authentication, or undefined where none was given. */
  get biometricPrompt(): PowerAuthBiometricPrompt | undefined {
    return itself(this).#biometricPrompt;
  }

  /** Whether a static method made this object for `commitActivation`. */
  get isActivationCommit(): boolean {
    return itself(this).#use?.commit ?? false;
  }

  /** Whether the biometry factor is used. */
  get isBiometricAuthentication(): boolean {
    const self = itself(this);
    return self.#usesBiometry || self.useBiometry;
  }

  /**
   * The password of the knowledge factor. Counts for objects that the constructor made.
   *
   * @deprecated Use {@link PowerAuthAuthentication.password} or {@link PowerAuthAuthentication.commitWithPassword}.
   */
  get userPassword(): PasswordType | undefined {
    return itself(this).#userPassword;
  }

  /** Undefined takes the factor away. */
  set userPassword(password: PasswordType | undefined) {
    itself(this).#userPassword = password;
  }

  #resolve(field: string, use: AuthenticationUse): PowerAuthAuthentication {
    const resolved = this.#use === undefined ? this.#copyFor(use) : this.#copy();
    if (resolved.#usesPassword || use.commit) assertPassword(resolved.#password, `${field}.password`);
    if (resolved.#usesBiometry && resolved.#biometricPrompt !== undefined)
      resolved.#biometricPrompt = buildPrompt(resolved.#biometricPrompt, `${field}.biometricPrompt`);
    if (this.#spent) {
      throw failure(
        PowerAuthErrorCode.INVALID_NATIVE_OBJECT,
        `${field}: expected one that was not used yet, got one for which the user was asked already; make a new one, or use groupedBiometricAuthentication`,
      );
    }
    return resolved;
  }

  /** The same in an object that nobody else can change. */
  #copy(): PowerAuthAuthentication {
    const copy = new PowerAuthAuthentication(this.#password, this.#biometricPrompt);
    copy.#use = this.#use;
    copy.#usesPassword = this.#usesPassword;
    copy.#usesBiometry = this.#usesBiometry || this.useBiometry;
    copy.#unlockedKey = this.#unlockedKey;
    copy.#original = this;
    return copy;
  }

  /** The same factors, as the deprecated fields have them, in an object that nobody else can change. */
  #copyFor(use: AuthenticationUse): PowerAuthAuthentication {
    const prompt = { promptMessage: this.biometryMessage ?? '', promptTitle: this.biometryTitle ?? '' };
    const copy = new PowerAuthAuthentication(
      this.#userPassword ?? this.#password,
      this.#biometricPrompt ?? (this.useBiometry ? prompt : undefined),
    );
    copy.#use = use;
    copy.#usesPassword = copy.#password !== undefined;
    return copy;
  }
}

/**
 * What to sign or commit with, checked, and beyond the reach of later changes by the caller.
 *
 * @throws WRONG_PARAMETER for what is no PowerAuthAuthentication, for a password or a prompt that is none, for a commit
 *   without a password; INVALID_NATIVE_OBJECT for one for which the user was asked already
 * @internal
 */
export function resolveAuthentication(
  value: unknown,
  field: string,
  use: AuthenticationUse,
): PowerAuthAuthentication {
  const resolved = typeof value === 'object' && value !== null ? resolve(value, field, use) : undefined;
  if (resolved === undefined) throw wrongParameter(field, 'a PowerAuthAuthentication', value);
  return resolved;
}

/**
 * The key that an authentication object of a group carries, or undefined for all others.
 *
 * @internal
 */
export function unlockedBiometryKey(
  authentication: PowerAuthAuthentication,
): UnlockedBiometryKey | undefined {
  return unlockedKey(authentication);
}

/**
 * The same factors in an object that asks the user no more, for a group.
 *
 * @internal
 */
export function reusableAuthentication(
  authentication: PowerAuthAuthentication,
  key: UnlockedBiometryKey,
): PowerAuthAuthentication {
  return reusableFor(authentication, key);
}

/**
 * Uses an authentication object up: the user was authenticated for it.
 *
 * @internal
 */
export function useUp(authentication: PowerAuthAuthentication): void {
  askedUser(authentication);
}
