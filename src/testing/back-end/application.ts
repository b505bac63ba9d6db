/**
 * The server, its applications and their versions.
 *
 * @module
 */

import type { Application, ApplicationVersion } from '../applications.ts';
import { sdkConfiguration } from '../sdk-configuration.ts';
import type { ServerState } from '../state.ts';
import { date } from './values.ts';
import type { Fields } from './fields.ts';
import { refuse } from './refusal.ts';

/**
 * The newest version of these methods that powerauth-js-test-client connects to; it refuses what it doesn't know. So the
 * release that the server is like is not named here.
 */
const VERSION = '1.4.0';

export const systemStatus = (state: ServerState): object => ({
  status: 'OK',
  applicationName: 'powerauth-wasm-testing',
  applicationDisplayName: 'Test server of powerauth-wasm',
  applicationEnvironment: '',
  version: VERSION,
  buildTime: null,
  timestamp: date(state.now()),
});

/** The application that `applicationId` names. */
export function findApplication(
  state: ServerState,
  fields: Fields,
  code: 'ERR0015' | 'ERR0024' = 'ERR0015',
): Application {
  return (
    state.applications.find(fields.required('applicationId')) ?? refuse(code, 'Expected an applicationId.')
  );
}

export const applicationList = (state: ServerState): object => ({
  applications: state.applications.all.map(({ applicationId }) => ({ applicationId, applicationRoles: [] })),
});

export function applicationDetail(state: ServerState, fields: Fields): object {
  const { applicationId, masterKeys, versions } = findApplication(state, fields);
  const masterServerPublicKey = masterKeys.publicKey.toString('base64');
  return {
    applicationId,
    masterPublicKey: masterServerPublicKey,
    applicationRoles: [],
    versions: versions.map((version) => ({
      ...describeVersion(version),
      mobileSdkConfig: sdkConfiguration({ ...version, masterServerPublicKey }),
    })),
  };
}

const describeVersion = (version: ApplicationVersion) => ({
  applicationVersionId: version.applicationVersionId,
  applicationKey: version.applicationKey,
  applicationSecret: version.applicationSecret,
  supported: version.supported,
});

export function applicationOfKey(state: ServerState, fields: Fields): object {
  const version = state.applications.withKey(fields.required('applicationKey')) ?? refuse('ERR0015');
  return { applicationId: version.application.applicationId };
}

/** A name that fits into the genuine server's database. */
function name(fields: Fields, field: string): string {
  const value = fields.required(field);
  return value === '' || value.length > 255
    ? refuse('ERR0024', `Expected 1 to 255 characters in ${field}.`)
    : value;
}

/** With keys of its own, and a version `default`. */
export function createApplication(state: ServerState, fields: Fields): object {
  const applicationId = name(fields, 'applicationId');
  if (state.applications.find(applicationId) !== undefined) refuse('ERR0043');
  state.applications.create(applicationId);
  return { applicationId, applicationRoles: [] };
}

export function createVersion(state: ServerState, fields: Fields): object {
  const applicationVersionId = name(fields, 'applicationVersionId');
  const application = findApplication(state, fields);
  if (application.versions.some((version) => version.applicationVersionId === applicationVersionId))
    refuse('ERR0043');
  return describeVersion(state.applications.addVersion(application, applicationVersionId));
}

/** Whether the clients of a version are served. */
export const supportVersion =
  (supported: boolean) =>
  (state: ServerState, fields: Fields): object => {
    const applicationVersionId = fields.required('applicationVersionId');
    const { versions } = findApplication(state, fields);
    const version =
      versions.find((one) => one.applicationVersionId === applicationVersionId) ??
      refuse('ERR0015', 'Expected an applicationVersionId.');
    version.supported = supported;
    return { applicationVersionId, supported };
  };
