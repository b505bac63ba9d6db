/**
 * Turns failures of the browser's storage into errors that say what to do.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../../errors.ts';

/** The remedies, by the name of the DOMException. */
const REMEDIES: Readonly<Record<string, string>> = {
  QuotaExceededError:
    'the quota of this origin, or the disk, is full; free some space, or ask for more with navigator.storage.persist()',
  SecurityError:
    'the browser forbids it here: a sandboxed or third-party frame, or site data is blocked; let this site keep data, or choose another storage',
  InvalidStateError:
    'the connection was closed; was the database deleted, or is site data being cleared? Create a new storage to start with an empty one',
  DataCloneError:
    "this browser, or its private mode, can't keep a CryptoKey in IndexedDB; pass your own sealingKey, or choose another storage",
  VersionError: 'a newer version of this database is there; reload the page',
};

/**
 * The error for a database that failed.
 *
 * @param what failed, such as `open`
 * @returns UNKNOWN_ERROR that names the database and the remedy; a PowerAuthError is returned unchanged
 */
export function databaseFailure(what: string, name: string, cause: unknown): PowerAuthError {
  if (cause instanceof PowerAuthError) return cause;
  const { name: kind = '', message = String(cause) } = (cause ?? {}) as Partial<DOMException>;
  const remedy = Object.hasOwn(REMEDIES, kind) ? REMEDIES[kind] : `${kind} ${message}`;
  return failure(
    PowerAuthErrorCode.UNKNOWN_ERROR,
    `Cannot ${what} IndexedDB database ${JSON.stringify(name)}: ${remedy}`,
    { cause },
  );
}

/** The error of a call that has waited long enough for the database to open. */
export function notOpened(name: string, ms: number): PowerAuthError {
  return failure(
    PowerAuthErrorCode.UNKNOWN_ERROR,
    `Cannot open IndexedDB database ${JSON.stringify(name)}: nothing happened for ${ms / 1000} s. Another tab or script seems to keep it open in an older version, or to be deleting it; close the other tabs of this site, then try again`,
  );
}

/** The error of all calls after the database was deleted while this storage used it. */
export function deletedDatabase(name: string): PowerAuthError {
  return failure(
    PowerAuthErrorCode.UNKNOWN_ERROR,
    `IndexedDB database ${JSON.stringify(name)} was deleted while it was in use (site data cleared?); create a new storage, or reload the page, to start with an empty one`,
  );
}

/**
 * Refuses a runtime that lacks something the storage needs.
 *
 * @throws UNKNOWN_ERROR that names what is missing
 */
export function assertBrowserStorage(): void {
  const { indexedDB, BroadcastChannel, navigator } = globalThis as {
    indexedDB?: unknown;
    BroadcastChannel?: unknown;
    navigator?: { locks?: unknown };
  };
  const missing =
    (indexedDB === undefined && 'IndexedDB') ||
    // Without it, tabs would race for the signature counter and for tokens.
    (navigator?.locks === undefined && 'Web Locks') ||
    (BroadcastChannel === undefined && 'BroadcastChannel');
  if (missing === false) return;
  throw failure(
    PowerAuthErrorCode.UNKNOWN_ERROR,
    `The localforage storage needs ${missing}, which this runtime doesn't have; serve the page over HTTPS, use a current browser, or choose another storage`,
  );
}
