/**
 * The login at the provider: the authorization code flow with PKCE (RFC 7636). The page only takes the code. The
 * PowerAuth server exchanges it, with a secret that no page may have, and checks the ID token.
 *
 * @module
 */
import * as oauth from 'oauth4webapi';
import type { PowerAuthOIDCParameters } from 'powerauth-wasm';
import { provider } from './settings.ts';

/** What only this tab knows of its login; it must outlive the redirect. */
interface Login {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

const KEY = 'oidc-login';
const issuer = new URL(provider.issuer);
const registration: oauth.Client = { client_id: provider.clientId };

async function discover(): Promise<oauth.AuthorizationServer> {
  // A provider on this machine may do without TLS.
  const isHere = ['localhost', '127.0.0.1'].includes(issuer.hostname);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out
  const response = await oauth.discoveryRequest(issuer, { [oauth.allowInsecureRequests]: isHere });
  return oauth.processDiscoveryResponse(issuer, response);
}

/** Leaves the page for the provider's. */
export async function startLogin(): Promise<void> {
  const { authorization_endpoint: endpoint } = await discover();
  if (endpoint === undefined) throw new Error('The provider has no authorization endpoint');
  const login: Login = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    codeVerifier: oauth.generateRandomCodeVerifier(),
  };
  sessionStorage.setItem(KEY, JSON.stringify(login));
  const url = new URL(endpoint);
  const parameters = {
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: provider.redirectUri,
    scope: 'openid',
    state: login.state,
    nonce: login.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(login.codeVerifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
}

/**
 * Takes what the provider has redirected the user with.
 *
 * @returns undefined if the user has just opened the page
 */
export async function finishLogin(): Promise<PowerAuthOIDCParameters | undefined> {
  const url = new URL(location.href);
  if (!url.searchParams.has('code') && !url.searchParams.has('error')) return undefined;
  // A code is for one use, and belongs neither into the history nor into a referrer.
  history.replaceState(null, '', provider.redirectUri);
  const login = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Login | null;
  sessionStorage.removeItem(KEY);
  if (login === null) throw new Error('This tab has started no login');
  const { state, nonce, codeVerifier } = login;
  // Also checks that the login is the one that this tab has started, or somebody could slip in a login of their own.
  const code = oauth.validateAuthResponse(await discover(), registration, url, state).get('code');
  if (code === null) throw new Error('The provider has sent no code');
  return { providerId: provider.providerId, code, nonce, codeVerifier };
}
