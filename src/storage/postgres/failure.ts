/**
 * Turns failures of PostgreSQL into errors that say what to do.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../../errors.ts';
import { CUT_OFF, networkRemedies } from '../node/network-remedies.ts';

const LOGIN = 'the server refused the login; correct user and password in connectionString or pool';
const DISK = 'the disk of the server is full; free some space on it';
const BUSY =
  'the server takes no more connections (max_connections); raise it, make the pool smaller, or put PgBouncer in between';
const TIMEOUT = 'the server canceled the statement; check statement_timeout and lock_timeout, and its load';

/** The remedies, by the SQLSTATE of an answer, or the code of a connection that failed. */
const REMEDIES: Readonly<Record<string, string>> = {
  ...networkRemedies('PostgreSQL', 'pg', 'new Pool({ connectionString, ssl: { ca } }) as pool'),
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the server's certificate is for another host; use a host name from the certificate",
  '08P01': 'something other than PostgreSQL answers there, or the connection was cut off; check the address',
  '25006':
    'the server is a read-only standby; connect to the primary (target_session_attrs, or an address that follows it)',
  '28000': LOGIN,
  '28P01': LOGIN,
  '3D000': 'the server has no such database; create it, or correct the name',
  '42501': 'this role lacks a privilege; docs/storage.md lists those it needs',
  '42P01': 'a table of the store was removed; close this storage, and open a new one',
  '53100': DISK,
  '53200': 'the server is out of memory; check its settings',
  '53300': BUSY,
  '54000':
    'a limit of the server was reached; look for a session that listens and never ends its transaction',
  '55P03': TIMEOUT,
  '57014': TIMEOUT,
  '57P01': CUT_OFF,
  '57P02': CUT_OFF,
  '57P03': 'the server is starting or stopping; try again soon',
};

/** The remedies for errors without a code, by their words. */
const BY_WORDS: readonly (readonly [RegExp, string])[] = [
  [/Connection terminated/, CUT_OFF],
  [
    /does not support SSL/,
    'the server does not use TLS; remove sslmode, or switch TLS on at the server (ssl = on)',
  ],
  [
    /pool after calling end/,
    'the pool has ended; give the storage one that is open until the storage is closed',
  ],
  [/password must be a string|no password supplied/, LOGIN],
  [/no more connections allowed|too many clients|max_client_conn/, BUSY],
];

/** No answer within the time that it may take. */
export class NoAnswer extends Error {
  constructor(what: string, ms: number) {
    super(`${what} within ${ms} ms; check the server, its load, and the network`);
  }
}

/** A store or server that can't be used. The message says why, and what to do. */
export class Unusable extends Error {}

/** The SQLSTATE, or the code of a connection that failed. */
export function codeOf(cause: unknown): string {
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** Whether the connection can't be used again. */
export function isConnectionLost(cause: unknown): boolean {
  const code = codeOf(cause);
  return (
    cause instanceof NoAnswer ||
    /^(?:08|57P|E[A-Z]+$|ERR_)/.test(code) ||
    (code === '' && cause instanceof Error && /Connection terminated|not queryable/.test(cause.message))
  );
}

/**
 * Whether the server refused a call, without carrying it out, because it is a standby: another connection may lead to
 * the primary.
 */
export const isElsewhere = (cause: unknown): boolean => codeOf(cause) === '25006';

/** Whether the server aborted a transaction that may succeed if it is repeated. */
export const isWorthAnotherTry = (cause: unknown): boolean => /^40(?:001|P01)$/.test(codeOf(cause));

/**
 * The error for a call that failed.
 *
 * @param what failed: 'open', 'read', 'write', 'lock'
 * @param address without user and password
 * @returns UNKNOWN_ERROR that names the address and the remedy; a PowerAuthError is returned unchanged
 */
export function postgresFailure(what: string, address: string, cause: unknown): PowerAuthError {
  if (cause instanceof PowerAuthError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = codeOf(cause);
  const known =
    (Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : undefined) ??
    BY_WORDS.find(([words]) => words.test(reason))?.[1];
  const remedy =
    cause instanceof Unusable || cause instanceof NoAnswer
      ? reason
      : (known ?? `${reason.trim()}; check the server, its log, and its settings against docs/storage.md`);
  // Some answers of the server repeat a row or a parameter in `detail` and `where`: they are left out of `cause`.
  const shown = Object.assign(new Error(reason), { code });
  const message = `Cannot ${what} postgres storage at ${address}: ${remedy}`;
  return failure(PowerAuthErrorCode.UNKNOWN_ERROR, message, { cause: shown });
}
