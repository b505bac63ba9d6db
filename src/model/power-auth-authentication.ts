/**
 * With which factors a request is signed, or an activation committed.
 *
 * @module
 */

import type { PasswordType } from './power-auth-password.ts';

/**
 * A choice of factors. Nothing of it shows in JSON or in a log.
 *
 * @example
 * ```ts
 * const header = await powerAuth.requestSignature(PowerAuthAuthentication.password('1234'), 'POST', '/payment', body);
 * ```
 */
export class PowerAuthAuthentication {
  /** Whether the biometry factor is used. */
  readonly isBiometricAuthentication: boolean = false;
  readonly #password: PasswordType | undefined;
  readonly #isActivationCommit: boolean;

  private constructor(password: PasswordType | undefined, isActivationCommit: boolean) {
    this.#password = password;
    this.#isActivationCommit = isActivationCommit;
  }

  /** Possession factor alone. */
  static possession(): PowerAuthAuthentication {
    return new PowerAuthAuthentication(undefined, false);
  }

  /** Possession and knowledge factors. `password` is a string, or a PowerAuthPassword whose bytes can be wiped. */
  static password(password: PasswordType): PowerAuthAuthentication {
    return new PowerAuthAuthentication(password, false);
  }

  /** For `commitActivation`: the password becomes the knowledge factor. */
  static commitWithPassword(password: PasswordType): PowerAuthAuthentication {
    return new PowerAuthAuthentication(password, true);
  }

  /** The password of the knowledge factor, or undefined when that factor is not used. */
  get password(): PasswordType | undefined {
    return this.#password;
  }

  /** Whether this object is one for `commitActivation`. */
  get isActivationCommit(): boolean {
    return this.#isActivationCommit;
  }
}
