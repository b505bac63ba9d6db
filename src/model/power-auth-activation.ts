/**
 * What an activation is created from.
 *
 * @module
 */

/**
 * Data for `PowerAuth.createActivation`, made by one of the static methods.
 *
 * @example
 * ```ts
 * const activation = PowerAuthActivation.createWithActivationCode('VVVVV-VVVVV-VVVVV-VTFVA', "Peter's laptop");
 * await powerAuth.createActivation(activation);
 * ```
 */
export class PowerAuthActivation {
  /** Name under which the server lists the activation; the device's name is a good one. */
  activationName: string;
  /** Activation code, with or without `#` and its signature. */
  activationCode?: string;
  /** Text that the server keeps with the activation. */
  extras?: string;
  /** Any JSON for the enrollment server; not kept with the activation. */
  customAttributes?: unknown;
  /** One-time password that completes the activation at once, where the server expects one. */
  additionalActivationOtp?: string;

  private constructor(activationName: string) {
    this.activationName = activationName;
  }

  /**
   * An activation by code. The code is checked by `createActivation`, not here.
   *
   * @param activationCode as typed or as scanned from a QR code, then with its signature
   * @param name name for the activation
   */
  static createWithActivationCode(activationCode: string, name: string): PowerAuthActivation {
    const activation = new PowerAuthActivation(name);
    activation.activationCode = activationCode;
    return activation;
  }
}
