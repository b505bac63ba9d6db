/* eslint @typescript-eslint/no-deprecated: off -- the deprecated form is at home here */
/**
 * The factors that sign a request or commit an activation.
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
  /** Whether it commits an activation; otherwise it signs. */
  readonly commit: boolean;
}

// Access to the internals of an authentication object, for the functions below only.
let resolve: (value: object, field: string, use: AuthenticationUse) => PowerAuthAuthentication | undefined;
let unlockedKey: (authentication: PowerAuthAuthentication) => UnlockedBiometryKey | undefined;
let reusableFor: (
  authentication: PowerAuthAuthentication,
  key: UnlockedBiometryKey,
) => PowerAuthAuthentication;
let askedUser: (authentication: PowerAuthAuthentication) => void;

/**
 * A choice of factors: possession alone, or possession and others. Create it with the static methods. The password is
 * kept as it is given, so a PowerAuthPassword remains the caller's; JSON and logs never show it.
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
   * @deprecated The static methods create objects for each combination of factors.
   */
  usePossession = true;
  /**
   * Whether the biometry factor is used. Only applies to objects that the constructor created.
   *
   * @deprecated The static methods create objects for each combination of factors.
   */
  useBiometry = false;
  /**
   * Message of the prompt for biometric authentication. Only applies to objects that the constructor created.
   *
   * @deprecated The static methods take a {@link PowerAuthBiometricPrompt}.
   */
  declare biometryMessage?: string;
  /**
   * Title of the prompt for biometric authentication. Only applies to objects that the constructor created.
   *
   * @deprecated The static methods take a {@link PowerAuthBiometricPrompt}.
   */
  declare biometryTitle?: string;
  /** Undefined for an object that the constructor created, which serves both uses. */
  #use: AuthenticationUse | undefined;
  /** Separate from the password, so that an undefined password never means fewer factors. */
  #usesPassword = false;
  /** Separate from the prompt, which is optional. */
  #usesBiometry: boolean;
  /** Whether the user was already asked for this object, which happens only once. */
  #spent = false;
  /** In a copy, the original, which is used up together with it. */
  #original: PowerAuthAuthentication | undefined;
  /** Set in the object that a group passes to its callback. */
  #unlockedKey: UnlockedBiometryKey | undefined;
  readonly #password: PasswordType | undefined;
  #biometricPrompt: PowerAuthBiometricPrompt | undefined;
  #userPassword: PasswordType | undefined;

  static {
    // Uses `this`: TypeScript's output calls the class by another name, which isn't defined yet here.
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
   * Creates an object whose factors are set afterwards. It can be used to sign and to commit. A call copies the factors
   * that are set when the object is passed.
   *
   * @param password the same as setting `userPassword`
   * @param biometricPrompt the same as setting `useBiometry`, with this prompt
   * @deprecated The static methods create objects for each combination of factors.
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
   * Possession and biometry factors. The call that the object is passed to asks the user. Once the user was
   * authenticated, the object is used up, and another call throws INVALID_NATIVE_OBJECT: create a new one for each
   * call. To ask once for several calls, use `groupedBiometricAuthentication`.
   *
   * @param biometricPrompt the text for the user, if the platform shows an application's text; browsers don't
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
   * @param biometricPrompt the text for the user, if the platform shows an application's text; browsers don't
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

  /**
   * The same as {@link PowerAuthAuthentication.commitWithPassword}, for `persistActivation`.
   *
   * @param password a string, or a PowerAuthPassword whose bytes can be wiped
   * @example
   * ```ts
   * await powerAuth.persistActivation(PowerAuthAuthentication.persistWithPassword('1234'));
   * ```
   */
  static persistWithPassword(password: PasswordType): PowerAuthAuthentication {
    return PowerAuthAuthentication.commitWithPassword(password);
  }

  /**
   * The same as {@link PowerAuthAuthentication.commitWithPasswordAndBiometry}, for `persistActivation`.
   *
   * @param password a string, or a PowerAuthPassword whose bytes can be wiped
   * @param biometricPrompt the text for the user, if the platform shows an application's text; browsers don't
   * @example
   * ```ts
   * const prompt = { promptMessage: 'Please allow biometric authentication' };
   * await powerAuth.persistActivation(PowerAuthAuthentication.persistWithPasswordAndBiometry('1234', prompt));
   * ```
   */
  static persistWithPasswordAndBiometry(
    password: PasswordType,
    biometricPrompt?: PowerAuthBiometricPrompt,
  ): PowerAuthAuthentication {
    return PowerAuthAuthentication.commitWithPasswordAndBiometry(password, biometricPrompt);
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

  /** The password of the knowledge factor, or undefined if that factor is not used. */
  get password(): PasswordType | undefined {
    return itself(this).#password;
  }

  /** The prompt for biometric authentication, or undefined if none was given. */
  get biometricPrompt(): PowerAuthBiometricPrompt | undefined {
    return itself(this).#biometricPrompt;
  }

  /** Whether a static method created this object for `commitActivation`. */
  get isActivationCommit(): boolean {
    return itself(this).#use?.commit ?? false;
  }

  /** The same as {@link PowerAuthAuthentication.isActivationCommit}. */
  get isActivationPersist(): boolean {
    return this.isActivationCommit;
  }

  /** Whether the biometry factor is used. */
  get isBiometricAuthentication(): boolean {
    const self = itself(this);
    return self.#usesBiometry || self.useBiometry;
  }

  /**
   * The password of the knowledge factor. Only applies to objects that the constructor created.
   *
   * @deprecated Use {@link PowerAuthAuthentication.password} or {@link PowerAuthAuthentication.commitWithPassword}.
   */
  get userPassword(): PasswordType | undefined {
    return itself(this).#userPassword;
  }

  /** Undefined removes the factor. */
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
        `${field}: expected one that was not used yet, got one for which the user was asked already; create a new one, or use groupedBiometricAuthentication`,
      );
    }
    return resolved;
  }

  /** A copy that nobody else can change. */
  #copy(): PowerAuthAuthentication {
    const copy = new PowerAuthAuthentication(this.#password, this.#biometricPrompt);
    copy.#use = this.#use;
    copy.#usesPassword = this.#usesPassword;
    copy.#usesBiometry = this.#usesBiometry || this.useBiometry;
    copy.#unlockedKey = this.#unlockedKey;
    copy.#original = this;
    return copy;
  }

  /** A copy with the factors of the deprecated fields, which nobody else can change. */
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
 * Returns a checked copy of the factors, which later changes by the caller don't affect.
 *
 * @throws WRONG_PARAMETER for anything that isn't a PowerAuthAuthentication, for an invalid password or prompt, for a
 *   commit without a password; INVALID_NATIVE_OBJECT if the user was already asked for this object
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
 * The same factors in an object for a group, which doesn't ask the user again.
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
 * Marks an authentication object as used up: the user was authenticated for it.
 *
 * @internal
 */
export function useUp(authentication: PowerAuthAuthentication): void {
  askedUser(authentication);
}
