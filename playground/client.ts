/**
 * Everything that the page does with PowerAuth.
 *
 * @module
 */

import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthConfiguration,
  PowerAuthErrorCode,
  type PowerAuthError,
  type PowerAuthEvent,
} from '../src/index.ts';
import { sessionOf } from '../src/session/registry.ts';
import { TokenRecords } from '../src/session/token-records.ts';
import type { Bytes } from './bytes.ts';
import { commitActivation, configuration } from './server.ts';

export const INSTANCE = 'playground';
export const TOKEN = 'playground';

export const powerAuth = new PowerAuth(INSTANCE);

/** What is in the storage, which all tabs share. */
export interface Stored {
  readonly activationId: string | undefined;
  readonly fingerprint: string | undefined;
  readonly tokenId: string | undefined;
  readonly hasPasskey: boolean;
}

/** @param observer is told what the SDK does in this tab */
export async function start(observer: (event: PowerAuthEvent) => void): Promise<void> {
  const { applicationKey, applicationSecret, masterServerPublicKey } = await configuration();
  await powerAuth.configure(
    new PowerAuthConfiguration(applicationKey, applicationSecret, masterServerPublicKey, location.origin),
    // A test server may have no TLS. An app on the internet leaves this out.
    { enableUnsecureTraffic: location.protocol === 'http:', readTimeout: 10, observer },
  );
}

export async function stored(): Promise<Stored> {
  const activationId = await powerAuth.getActivationIdentifier();
  if (activationId === undefined)
    return { activationId, fingerprint: undefined, tokenId: undefined, hasPasskey: false };
  return {
    activationId,
    fingerprint: await powerAuth.getActivationFingerprint(),
    tokenId: await tokenId(),
    hasPasskey: await powerAuth.hasBiometryFactor(),
  };
}

async function tokenId(): Promise<string | undefined> {
  try {
    return (await powerAuth.tokenStore.getLocalToken(TOKEN)).tokenIdentifier;
  } catch (error) {
    if ((error as PowerAuthError).code === PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE) return undefined;
    throw error;
  }
}

export async function activate(code: string, password: string): Promise<void> {
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(code, 'Playground'));
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password));
  await commitActivation((await powerAuth.getActivationIdentifier()) ?? '');
}

/** Here and on the server; only here without a password. */
export async function deactivate(password: string): Promise<void> {
  if (password === '') return powerAuth.removeActivationLocal();
  await powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password(password));
}

/** The factors that sign a request. */
export type Factors = 'possession' | 'knowledge' | 'biometry';

export function authentication(factors: Factors, password: string): PowerAuthAuthentication {
  if (factors === 'possession') return PowerAuthAuthentication.possession();
  if (factors === 'knowledge') return PowerAuthAuthentication.password(password);
  return PowerAuthAuthentication.biometry({ promptMessage: 'Please approve the request' });
}

/**
 * The token's secret, 16 B. No call of the SDK returns it: this reads the sealed record as the SDK does, which any script
 * of this origin could.
 */
export async function tokenSecret(): Promise<Bytes | undefined> {
  const session = sessionOf(INSTANCE);
  return session.during(async () => {
    const record = await new TokenRecords(session).find(session.keys.token(TOKEN), TOKEN);
    return record === undefined ? undefined : new Uint8Array(record.tokenSecret);
  });
}
