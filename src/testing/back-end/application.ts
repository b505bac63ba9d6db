/**
 * The server and its application.
 *
 * @module
 */

import { sdkConfiguration } from '../sdk-configuration.ts';
import type { ServerState } from '../state.ts';
import { date } from './values.ts';
import type { Fields } from './fields.ts';
import { refuse } from './refusal.ts';

/** The names that powerauth-js-test-client looks for unless it is told others. */
export const APPLICATION_ID = 'PowerAuthJsTestClient-Application';
const VERSION_ID = 'default';

/**
 * The newest version of these methods that powerauth-js-test-client connects to; it refuses what it doesn't know. So the
 * release that the server is like is not named here.
 */
const VERSION = '1.4.0';

/** Checks `applicationId`, which may be absent. */
export function checkApplication(fields: Fields, code: 'ERR0015' | 'ERR0024' = 'ERR0015'): void {
  const applicationId = fields.text('applicationId');
  if (applicationId !== undefined && applicationId !== APPLICATION_ID)
    refuse(code, `Expected applicationId ${APPLICATION_ID}.`);
}

/** Checks `applicationId`, which must be there. */
export function requireApplication(fields: Fields, code: 'ERR0015' | 'ERR0024' = 'ERR0015'): void {
  fields.required('applicationId');
  checkApplication(fields, code);
}

export const systemStatus = (state: ServerState): object => ({
  status: 'OK',
  applicationName: 'powerauth-wasm-testing',
  applicationDisplayName: 'Test server of powerauth-wasm',
  applicationEnvironment: '',
  version: VERSION,
  buildTime: null,
  timestamp: date(state.now()),
});

export const applicationList = (): object => ({
  applications: [{ applicationId: APPLICATION_ID, applicationRoles: [] }],
});

export function applicationDetail(state: ServerState, fields: Fields): object {
  requireApplication(fields);
  const { applicationKey, applicationSecret, masterKeys } = state;
  const masterServerPublicKey = masterKeys.publicKey.toString('base64');
  return {
    applicationId: APPLICATION_ID,
    masterPublicKey: masterServerPublicKey,
    applicationRoles: [],
    versions: [
      {
        applicationVersionId: VERSION_ID,
        applicationKey,
        applicationSecret,
        mobileSdkConfig: sdkConfiguration({ applicationKey, applicationSecret, masterServerPublicKey }),
        supported: true,
      },
    ],
  };
}

export function applicationOfKey(state: ServerState, fields: Fields): object {
  if (fields.required('applicationKey') !== state.applicationKey) refuse('ERR0015');
  return { applicationId: APPLICATION_ID };
}
