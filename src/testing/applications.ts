/**
 * The applications of a server, and their versions.
 *
 * @module
 */

import type { KeyPair } from './crypto.ts';
import { applicationKeys, type ApplicationKeys, type PowerAuthTestKeys } from './keys.ts';
import type { Records } from './records.ts';

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
  readonly #all: Records<Application>;
  /** The version that the server's own configuration is about. */
  readonly main: ApplicationVersion;

  /**
   * @param all those that there are already, of an earlier server
   * @param keys of the first version of the first one
   * @throws Error if the keys are invalid, or others than those that it has
   */
  constructor(all: Records<Application>, keys?: PowerAuthTestKeys) {
    this.#all = all;
    const [there] = all.get(FIRST_APPLICATION)?.versions ?? [];
    const own = applicationKeys(keys, there && { ...there, masterKeys: there.application.masterKeys });
    this.main = there ?? this.create(FIRST_APPLICATION, own);
  }

  /** A new application with a first version. Its name must be free. */
  create(applicationId: string, keys = applicationKeys()): ApplicationVersion {
    const application: Application = { applicationId, masterKeys: keys.masterKeys, versions: [] };
    this.#all.set(applicationId, application);
    return this.addVersion(application, FIRST_VERSION, keys);
  }

  /** A new version. Its name must be free in its application. */
  addVersion(
    application: Application,
    applicationVersionId: string,
    { applicationKey, applicationSecret }: Omit<ApplicationKeys, 'masterKeys'> = applicationKeys(),
  ): ApplicationVersion {
    const version = { application, applicationVersionId, applicationKey, applicationSecret, supported: true };
    application.versions.push(version);
    return version;
  }

  /** Forgets all but the first version of the first application. */
  reset(): void {
    const { application } = this.main;
    this.main.supported = true;
    application.versions.splice(0, Infinity, this.main);
    this.#all.clear();
    this.#all.set(application.applicationId, application);
  }

  get all(): readonly Application[] {
    return this.#all.values();
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
    for (const { versions } of this.#all.peek()) {
      const version = versions.find((one) => one.applicationKey === applicationKey);
      if (version !== undefined) return version.supported ? version : undefined;
    }
    return undefined;
  }
}
