/**
 * Logins at a provider of OpenID Connect: exchanges the code, and checks the ID token, as OidcHandler and
 * IdTokenValidator of powerauth-restful-integration do.
 *
 * @module
 */

import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { object, parseJson, text, type Json } from './json.ts';

/**
 * A provider of OpenID Connect, with the names of the genuine server's `oauth2_providers`.
 *
 * @example
 * ```ts
 * const provider: PowerAuthTestOidcProvider = {
 *   providerId: 'bank-id',
 *   issuerUri: 'http://localhost:8080',
 *   clientId: 'bank',
 *   clientSecret: 'top secret',
 *   redirectUri: 'http://localhost:5173/callback',
 * };
 * const server = await startPowerAuthTestServer({ oauth2Providers: [provider] });
 * ```
 */
export interface PowerAuthTestOidcProvider {
  /** The name by which the app calls it. */
  readonly providerId: string;
  /** Its address, with `/.well-known/openid-configuration` below it. */
  readonly issuerUri: string;
  /** The server's name at the provider. */
  readonly clientId: string;
  /** The server's password at the provider. */
  readonly clientSecret: string;
  /** The address that the provider redirected the user to. */
  readonly redirectUri: string;
  /** How the server authenticates. Default `client_secret_basic`. */
  readonly clientAuthenticationMethod?: 'client_secret_basic' | 'client_secret_post';
  /** Whether the app must use PKCE. Default false. */
  readonly pkceEnabled?: boolean;
  /** The algorithm of ID tokens. Default `RS256`. */
  readonly signatureAlgorithm?: 'RS256' | 'ES256';
}

/**
 * The user behind a login.
 *
 * @param attributes `code`, `nonce` and perhaps `codeVerifier` of the activation
 * @returns the subject of the ID token; undefined if anything is wrong with it, or the provider refuses the code
 */
export async function userOfLogin(
  provider: PowerAuthTestOidcProvider,
  attributes: Json,
): Promise<string | undefined> {
  const { issuerUri, clientId, pkceEnabled = false } = provider;
  const [code, nonce] = [text(attributes['code']), text(attributes['nonce'])];
  const codeVerifier = text(attributes['codeVerifier'])?.trim() ?? '';
  if (code === undefined || nonce === undefined || (pkceEnabled && codeVerifier === '')) return undefined;
  const metadata = await fetchJson(`${issuerUri.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const tokens = await fetchJson(
    text(metadata?.['token_endpoint']),
    tokenRequest(provider, code, codeVerifier),
  );
  const keys = await fetchJson(text(metadata?.['jwks_uri']));
  const claims = verifiedClaims(text(tokens?.['id_token']), keys, provider);
  if (claims === undefined || claims['iss'] !== metadata?.['issuer']) return undefined;
  const { aud, exp, at_hash: accessTokenHash } = claims;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(clientId) || typeof exp !== 'number' || exp * 1000 <= Date.now()) return undefined;
  if (claims['nonce'] !== nonce) return undefined;
  const expected = halfHash(text(tokens?.['access_token']) ?? '');
  if (accessTokenHash !== undefined && accessTokenHash !== expected) return undefined;
  return text(claims['sub']);
}

function tokenRequest(provider: PowerAuthTestOidcProvider, code: string, codeVerifier: string): RequestInit {
  const { clientId, clientSecret, redirectUri, clientAuthenticationMethod } = provider;
  const isPost = clientAuthenticationMethod === 'client_secret_post';
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    redirect_uri: redirectUri,
    ...(codeVerifier !== '' && { code_verifier: codeVerifier }),
    ...(isPost && { client_secret: clientSecret }),
  });
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  return { method: 'POST', body, headers: isPost ? {} : { Authorization: `Basic ${credentials}` } };
}

async function fetchJson(url: string | undefined, init?: RequestInit): Promise<Json | undefined> {
  if (url === undefined) return undefined;
  try {
    const response = await fetch(url, init);
    const body = await response.text();
    return response.ok ? parseJson(body) : undefined;
  } catch {
    return undefined;
  }
}

/** The claims of a JWT that one of the keys signed by the provider's algorithm. */
function verifiedClaims(
  jwt: string | undefined,
  jwks: Json | undefined,
  { signatureAlgorithm = 'RS256' }: PowerAuthTestOidcProvider,
): Json | undefined {
  const [header = '', claims = '', signature = ''] = jwt?.split('.') ?? [];
  const { alg, kid } = parseJson(Buffer.from(header, 'base64url')) ?? {};
  if (alg !== signatureAlgorithm) return undefined;
  const keys: readonly unknown[] = Array.isArray(jwks?.['keys']) ? jwks['keys'] : [];
  const isGood = keys.map(object).some((jwk) => {
    if (jwk === undefined || (kid !== undefined && jwk['kid'] !== kid)) return false;
    const key = createPublicKey({ format: 'jwk', key: jwk as JsonWebKey });
    const signed = Buffer.from(`${header}.${claims}`);
    const bytes = Buffer.from(signature, 'base64url');
    return verify('sha256', signed, alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key, bytes);
  });
  return isGood ? parseJson(Buffer.from(claims, 'base64url')) : undefined;
}

/** `at_hash` (OpenID Connect Core 1.0, section 3.1.3.6). */
function halfHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
}
