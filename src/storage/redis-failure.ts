/**
 * Failures of Redis as errors that say what to do.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';

const LOGIN = 'the server refuses the login; correct user and password in url or client';

/** What helps, by the word that an answer of Redis begins with, or the code of a connection that failed. */
const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there; start Redis, or correct the address',
  ENOTFOUND: 'there is no such host; correct the address',
  EAI_AGAIN: 'the host was not found just now; see to the name service',
  ETIMEDOUT: 'no answer; see to the network',
  EHOSTUNREACH: 'no way there; see to the network',
  ENETUNREACH: 'no way there; see to the network',
  ECONNRESET: 'the connection was cut off; the next call connects anew',
  EPIPE: 'the connection was cut off; the next call connects anew',
  ENOENT: 'there is no such socket; start Redis, or correct the address',
  EACCES: 'no permission for the socket',
  ERR_MODULE_NOT_FOUND: 'install the package redis, or choose another storage',
  NOAUTH: 'the server wants a login; put user and password into url or client',
  WRONGPASS: LOGIN,
  NOPERM: 'this user of Redis may not use the commands and keys needed, see docs/storage.md',
  OOM: "the server's memory is used up (maxmemory); free some, or raise the limit",
  READONLY: 'the server is a read-only replica; connect to its primary',
  LOADING: 'the server is loading its data; try again soon',
  MISCONF: 'the server cannot save its data, and refuses to write; see to its disk',
  MASTERDOWN: 'the replica has lost its primary; connect to the primary',
  CLUSTERDOWN: 'Redis Cluster is not supported; connect to a single server',
  MOVED: 'Redis Cluster is not supported; connect to a single server',
  WRONGTYPE: 'another program uses a key of this prefix; choose another prefix, or remove that key',
  NOPROTO: 'Redis 6 or newer is needed',
  BUSY: 'a script of somebody else keeps the server busy',
};

/** Names of the errors that the package gives where the connection ended. */
const CUT_OFF = /^(?:SocketClosedUnexpectedly|DisconnectsClient|ClientClosed|ClientOffline)Error$/;

function nameOf(cause: unknown): string | undefined {
  const { code, constructor, message } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  if (typeof code === 'string') return code;
  if (CUT_OFF.test((constructor as { name?: string } | undefined)?.name ?? '')) return 'ECONNRESET';
  if ((constructor as { name?: string } | undefined)?.name === 'ConnectionTimeoutError') return 'ETIMEDOUT';
  return /^[A-Z]{2,}(?= )/.exec(message ?? '')?.[0];
}

/** Redis repeats the arguments of a command that it does not know: a password among them, or a record. */
function withoutArguments(message: string): string {
  return message.replace(/,? with args beginning with:.*$/s, '');
}

/** No answer within the time that a call may take. */
export class NoAnswer extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms; see to the server and the network`);
  }
}

/**
 * The error for a call that failed.
 *
 * @param what could not be done: open, read, write, lock
 * @param address without user and password
 * @returns UNKNOWN_ERROR that names the address and the remedy; a PowerAuthError is given back as it is
 */
export function redisFailure(what: string, address: string, cause: unknown): PowerAuthError {
  if (cause instanceof PowerAuthError) return cause;
  const name = nameOf(cause);
  const reason = withoutArguments(cause instanceof Error ? cause.message : String(cause));
  const remedy = (name === undefined ? undefined : REMEDIES[name]) ?? reason;
  const shown = cause instanceof Error && cause.message !== reason ? new Error(reason) : cause;
  return failure(
    PowerAuthErrorCode.UNKNOWN_ERROR,
    `Cannot ${what} redis storage at ${address}: ${remedy}`,
    // A call that got no answer may have been carried out all the same, or later.
    { cause: shown },
  );
}
