/**
 * The keys of digital signatures.
 *
 * @module
 */

/**
 * The keys of digital signatures that protocol 3.3 has, as the React Native SDK 5.0 names them; all on P-256.
 *
 * @example
 * ```ts
 * await powerAuth.verifyDigitalSignature(signature, data, PowerAuthSignatureKeyId.MASTER_EC);
 * ```
 */
export const PowerAuthSignatureKeyId = {
  /** The master server key, which is the same for all activations. */
  MASTER_EC: 'masterEc',
  /** The server's key for this activation only. */
  SERVER_EC: 'serverEc',
  /** The private key of this device. */
  DEVICE_EC: 'deviceEc',
} as const;

/** One of the values of the constant object of the same name. */
export type PowerAuthSignatureKeyId = (typeof PowerAuthSignatureKeyId)[keyof typeof PowerAuthSignatureKeyId];
