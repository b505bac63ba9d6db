/**
 * The keys of the server's application.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { equal, generateKeyPair, keyPairOf, type KeyPair } from './crypto.ts';

/**
 * Keys of a server: what clients are configured with, and the private half of the master key. Servers with the same keys
 * have the same configuration but for their address.
 *
 * @example
 * ```ts
 * const keys: PowerAuthTestKeys = server.keys; // new ones, made by the first server
 * const another = await startPowerAuthTestServer({ keys });
 * ```
 */
export interface PowerAuthTestKeys {
  /** APPLICATION_KEY: Base64 of 16 bytes. */
  readonly applicationKey: string;
  /** APPLICATION_SECRET: Base64 of 16 bytes. */
  readonly applicationSecret: string;
  /** KEY_SERVER_MASTER_PRIVATE: Base64 of 32 bytes. */
  readonly masterServerPrivateKey: string;
}

/** The same, as the server uses them. */
export interface ApplicationKeys {
  readonly applicationKey: string;
  readonly applicationSecret: string;
  readonly masterKeys: KeyPair;
}

/**
 * The keys of a new server.
 *
 * @param wanted by the caller, checked; else new ones are made
 * @param there those that a file of an earlier server has
 * @throws Error if the file has others
 */
export function applicationKeys(wanted?: PowerAuthTestKeys, there?: ApplicationKeys): ApplicationKeys {
  if (wanted === undefined) return there ?? newKeys();
  const given = decoded(wanted);
  if (there !== undefined && !areSame(given, there))
    throw new Error(
      'keys: expected those of the state file, got others; leave them out, or name another file',
    );
  return there ?? given;
}

/** In the form in which callers have them. */
export const describeKeys = ({
  applicationKey,
  applicationSecret,
  masterKeys,
}: ApplicationKeys): PowerAuthTestKeys =>
  Object.freeze({
    applicationKey,
    applicationSecret,
    masterServerPrivateKey: masterKeys.privateKey.toString('base64'),
  });

const newKeys = (): ApplicationKeys => ({
  applicationKey: randomBytes(16).toString('base64'),
  applicationSecret: randomBytes(16).toString('base64'),
  masterKeys: generateKeyPair(),
});

function decoded({
  applicationKey,
  applicationSecret,
  masterServerPrivateKey,
}: PowerAuthTestKeys): ApplicationKeys {
  const masterKeys = keyPairOf(Buffer.from(masterServerPrivateKey, 'base64'));
  return { applicationKey, applicationSecret, masterKeys };
}

const areSame = (a: ApplicationKeys, b: ApplicationKeys): boolean =>
  a.applicationKey === b.applicationKey &&
  equal(Buffer.from(a.applicationSecret), Buffer.from(b.applicationSecret)) &&
  equal(a.masterKeys.privateKey, b.masterKeys.privateKey);
