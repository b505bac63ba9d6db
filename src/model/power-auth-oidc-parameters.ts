/**
 * What an activation by OpenID Connect takes.
 *
 * @module
 */

/**
 * What a login at an OpenID Connect provider gives the app, for `PowerAuthActivation.createWithOIDCParameters`. The app
 * opens the provider's page (OpenID Connect Core 1.0, section 3.1.2) with a new nonce, and gets a code. Only the server
 * exchanges it.
 *
 * @example
 * ```ts
 * const oidcParameters: PowerAuthOIDCParameters = { providerId: 'bank-id', code, nonce, codeVerifier };
 * ```
 */
export interface PowerAuthOIDCParameters {
  /** Name of the provider in the server's configuration. */
  readonly providerId: string;
  /** The authorization code that the provider has put into the redirect. */
  readonly code: string;
  /** The nonce that the app has sent to the provider, which the provider has put into the ID token. */
  readonly nonce: string;
  /** The secret behind the code challenge, if the app used PKCE (RFC 7636). */
  readonly codeVerifier?: string | undefined;
}
