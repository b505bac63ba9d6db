/**
 * Everything that this app does with PowerAuth. It needn't choose a storage: in a browser that is IndexedDB.
 *
 * @module
 */

import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthConfiguration,
  PowerAuthErrorCode,
  type PowerAuthAuthorizationHttpHeader,
  type PowerAuthError,
} from 'powerauth-wasm';

const TOKEN = 'example';

export const powerAuth = new PowerAuth('browser-example');

/** Requests what a real bank provides: its application's settings, an activation code, a commit. */
async function askBank<T>(path: string): Promise<T> {
  const response = await fetch(path, { method: 'POST' });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}

export async function start(): Promise<void> {
  const settings = await askBank<PowerAuthConfiguration>('/bank/settings');
  const { applicationKey, applicationSecret, masterServerPublicKey } = settings;
  await powerAuth.configure(
    new PowerAuthConfiguration(applicationKey, applicationSecret, masterServerPublicKey, location.origin),
    // The example runs on this machine. An app on the internet uses HTTPS and leaves this out.
    { enableUnsecureTraffic: location.protocol === 'http:' },
  );
}

export async function newActivationCode(): Promise<string> {
  return (await askBank<{ activationCode: string }>('/bank/activation-code')).activationCode;
}

export async function activate(code: string, password: string): Promise<void> {
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(code, 'My browser'));
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password));
  const activationId = (await powerAuth.getActivationIdentifier()) ?? '';
  await askBank(`/bank/commit?id=${encodeURIComponent(activationId)}`);
}

/**
 * Removes it on the server and here; without a password only here, for an activation that the server no longer knows.
 */
export async function deactivate(password: string): Promise<void> {
  if (password === '') return powerAuth.removeActivationLocal();
  await powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password(password));
}

/** Whether payments can be signed with a passkey, and whether this activation has one, set up by any tab. */
export async function biometry(): Promise<'on' | 'off' | 'unavailable'> {
  if (await powerAuth.hasBiometryFactor()) return 'on';
  return (await powerAuth.getBiometryInfo()).canAuthenticate === 'OK' ? 'off' : 'unavailable';
}

/** The server checks the password, then the browser asks the user. */
export const addBiometry = (password: string): Promise<void> => powerAuth.addBiometryFactor(password);

export const removeBiometry = (): Promise<void> => powerAuth.removeBiometryFactor();

/** A payment that the user approves with the passkey. @returns the factors that the bank saw, or undefined if it refused */
export async function pay(payment: { to: string; amount: number }): Promise<string | undefined> {
  const path = '/api/protected/signature';
  const body = JSON.stringify(payment);
  const authentication = PowerAuthAuthentication.biometry({ promptMessage: 'Please approve the payment' });
  const { key, value } = await powerAuth.requestSignature(authentication, 'POST', path, body);
  const response = await fetch(path, { method: 'POST', headers: { [key]: value }, body });
  if (!response.ok) return undefined;
  const answer = (await response.json()) as { responseObject: { signatureType: string } };
  return answer.responseObject.signatureType;
}

export async function getToken(): Promise<string> {
  const authentication = PowerAuthAuthentication.possession();
  return (await powerAuth.tokenStore.requestAccessToken(TOKEN, authentication)).tokenIdentifier;
}

export const removeToken = (): Promise<void> => powerAuth.tokenStore.removeAccessToken(TOKEN);

/** The token's identifier, or undefined without one; any tab may get or remove it. */
export async function currentToken(): Promise<string | undefined> {
  try {
    return (await powerAuth.tokenStore.getLocalToken(TOKEN)).tokenIdentifier;
  } catch (error) {
    if ((error as PowerAuthError).code === PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE) return undefined;
    throw error;
  }
}

/** Calls a service that requires a token. */
export async function callService(): Promise<{ header: PowerAuthAuthorizationHttpHeader; status: number }> {
  const header = await powerAuth.tokenStore.generateHeaderForToken(TOKEN);
  const response = await fetch('/api/possession/token', { headers: { [header.key]: header.value } });
  return { header, status: response.status };
}

/** Headers per second, measured for a quarter of a second. */
export async function measure(): Promise<number> {
  const generator = await powerAuth.tokenStore.headerGenerator(TOKEN);
  try {
    const began = performance.now();
    let count = 0;
    while (performance.now() - began < 250) count += generator.nextBatch(256).length;
    return (1000 * count) / (performance.now() - began);
  } finally {
    generator.release();
  }
}
