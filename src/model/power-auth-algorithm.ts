/**
 * The algorithms that an instance may use.
 *
 * @module
 */

/**
 * The algorithms that an instance may use, as the React Native SDK 5.0 names them. This package speaks protocol 3.3, so
 * there is one; it is also the default.
 *
 * @example
 * ```ts
 * const configuration = new PowerAuthConfiguration(mobileSdkConfig, url, PowerAuthAlgorithm.LEGACY);
 * ```
 */
export const PowerAuthAlgorithm = {
  /** P-256: protocol 3.3, for servers from 1.9 on. */
  LEGACY: 'legacy',
} as const;

/** One of the values of the constant object of the same name. */
export type PowerAuthAlgorithm = (typeof PowerAuthAlgorithm)[keyof typeof PowerAuthAlgorithm];
