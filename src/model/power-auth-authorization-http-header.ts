/**
 * Headers, ready to be sent.
 *
 * @module
 */

/** Name and value of an HTTP header. */
export interface PowerAuthAuthorizationHttpHeader {
  /** `X-PowerAuth-Authorization` for signatures, `X-PowerAuth-Token` for tokens. */
  key: string;
  /** To be sent as it is. */
  value: string;
}
