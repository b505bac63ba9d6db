/**
 * A header, ready to be sent.
 *
 * @module
 */

/**
 * Name and value of an HTTP header.
 *
 * @example
 * ```ts
 * const header: PowerAuthAuthorizationHttpHeader = await powerAuth.tokenStore.generateHeaderForToken('MyToken');
 * await fetch(url, { headers: { [header.key]: header.value } });
 * ```
 */
export interface PowerAuthAuthorizationHttpHeader {
  /** `X-PowerAuth-Authorization` for signatures, `X-PowerAuth-Token` for tokens. */
  key: string;
  /** Send it as it is. */
  value: string;
}
