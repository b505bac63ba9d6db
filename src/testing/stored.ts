/**
 * The form in which a file has what the server remembers: no record refers to another one but by its name.
 *
 * @module
 */

import type { Application, ApplicationVersion } from './applications.ts';
import type { Activation, TemporaryKey } from './model.ts';
import type { Records } from './records.ts';

/** A record in the form of the file. */
export function stored(kind: string, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (kind === 'application') {
    const application = value as Application;
    const versions = application.versions.map((version) => ({ ...version, application: undefined }));
    return { ...application, versions };
  }
  if (kind === 'activation') {
    const activation = value as Activation;
    return { ...activation, application: activation.application.applicationId };
  }
  if (kind === 'temporaryKey') {
    const { version, ...key } = value as TemporaryKey;
    return { ...key, application: version.application.applicationId, version: version.applicationKey };
  }
  return value;
}

/** A record of the file. The applications that it refers to come before it. */
export function restored(kind: string, value: unknown, applications: Records<Application>): unknown {
  if (kind === 'application') {
    const application = value as Omit<Application, 'versions'> & { versions: ApplicationVersion[] };
    application.versions = application.versions.map((version) => ({ ...version, application }));
    return application;
  }
  if (kind === 'activation' || kind === 'temporaryKey') {
    const { application: id, ...rest } = value as { application: string; version: string };
    const application = applications.get(id);
    if (application === undefined)
      throw new Error(`state: an application that the file refers to is not in it`);
    if (kind === 'activation') return { ...rest, application };
    const version = application.versions.find(({ applicationKey }) => applicationKey === rest.version);
    return { ...rest, version };
  }
  return value;
}
