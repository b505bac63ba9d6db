/**
 * The applications of a server, and their versions.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { generateKeyPair, type KeyPair } from './crypto.ts';

/** What clients of one version are configured with. */
export interface ApplicationVersion {
  readonly application: Application;
  readonly applicationVersionId: string;
  /** Base64 of 16 B. */
  readonly applicationKey: string;
  /** Base64 of 16 B. */
  readonly applicationSecret: string;
  /** Whether its clients are served. */
  supported: boolean;
}

/** An application. */
export interface Application {
  readonly applicationId: string;
  readonly masterKeys: KeyPair;
  readonly versions: ApplicationVersion[];
}

/** The first application and its version have the names that powerauth-js-test-client looks for unless it is told others. */
const FIRST_APPLICATION = 'PowerAuthJsTestClient-Application';
const FIRST_VERSION = 'default';

/** All applications. There is always one. */
export class Applications {
  readonly #all = new Map<string, Application>();
  /** The version that the server's own configuration is about. */
  readonly main: ApplicationVersion = this.create(FIRST_APPLICATION);

  /** A new application with a first version. Its name must be free. */
  create(applicationId: string): ApplicationVersion {
    const application: Application = { applicationId, masterKeys: generateKeyPair(), versions: [] };
    this.#all.set(applicationId, application);
    return this.addVersion(application, FIRST_VERSION);
  }

  /** A new version. Its name must be free in its application. */
  addVersion(application: Application, applicationVersionId: string): ApplicationVersion {
    const version = {
      application,
      applicationVersionId,
      applicationKey: randomBytes(16).toString('base64'),
      applicationSecret: randomBytes(16).toString('base64'),
      supported: true,
    };
    application.versions.push(version);
    return version;
  }

  get all(): readonly Application[] {
    return [...this.#all.values()];
  }

  find(applicationId: string): Application | undefined {
    return this.#all.get(applicationId);
  }

  /** The version with this key, whether or not it is supported. */
  withKey(applicationKey: string): ApplicationVersion | undefined {
    return this.all
      .flatMap(({ versions }) => versions)
      .find((version) => version.applicationKey === applicationKey);
  }

  /** The supported version with this key. */
  served(applicationKey: string): ApplicationVersion | undefined {
    const version = this.withKey(applicationKey);
    return version?.supported === true ? version : undefined;
  }
}
