/**
 * Turns failures of Redis into errors that say what to do.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../../errors.ts';
import { CUT_OFF, networkRemedies } from '../node/network-remedies.ts';

const LOGIN = 'the server refused the login; correct user and password in url or client';
const RIGHTS = 'this user of Redis may not use the commands and keys needed; docs/storage.md has the list';
const IS_NODE = 'the server is a node of a Redis Cluster; pass cluster: { rootNodes } instead';
const UNSERVED =
  'no node serves these records now; wait for the failover, or check the cluster with redis-cli --cluster check';
const NO_TLS = 'the server offers no TLS on this port; use redis://, or its TLS port';
const CLIENT_CERTIFICATE =
  "the server refuses the client's certificate, or requires one; pass it: createClient({ url, socket: { cert, key } }) as client";

/** The remedies, by the first word of Redis's answer, or the code of a connection that failed. */
const REMEDIES: Readonly<Record<string, string>> = {
  ...networkRemedies('Redis', 'redis', 'createClient({ url, socket: { ca } }) as client'),
  NOAUTH: 'the server requires a login; put user and password into url or client',
  WRONGPASS: LOGIN,
  NOPERM: RIGHTS,
  OOM: "the server's memory is used up (maxmemory); free some, or raise the limit",
  READONLY: 'the server is a read-only replica; connect to its primary',
  LOADING: 'the server is loading its data; try again soon',
  MISCONF: "the server can't save its data, and refuses to write; check its disk",
  MASTERDOWN: 'the replica has lost its primary; connect to the primary',
  NOREPLICAS:
    'too few replicas follow the server (min-replicas-to-write), and it refuses to write; check them',
  CLUSTERDOWN: UNSERVED,
  TRYAGAIN:
    'these records are being moved to another node; try again soon, or end an interrupted move with redis-cli --cluster fix',
  ASK: 'these records are being moved to another node; try again soon',
  MOVED:
    'the nodes of the cluster disagree who serves these records; check the cluster with redis-cli --cluster check',
  UNBLOCKED:
    'written, but the server became a replica before others confirmed it, so it may be lost; the next call finds the new primary',
  WRONGTYPE: 'another program uses a key of this prefix; choose another prefix, or remove that key',
  NOPROTO: 'Redis 6.2 or newer is needed; update the server',
  BUSY: 'a script of somebody else keeps the server busy; end it with SCRIPT KILL',
  DENIED:
    'the server accepts only its own machine (protected mode); set a password for it, or bind it to an address',
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the server's certificate is for another host; use a name that it has, or pass servername: createClient({ url, socket: { servername } }) as client",
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT_CERTIFICATE,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: CLIENT_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: CLIENT_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: CLIENT_CERTIFICATE,
};

/** The remedies where a single server was expected. */
const OF_SERVER: Readonly<Record<string, string>> = {
  CLUSTERDOWN: IS_NODE,
  MOVED: IS_NODE,
  ASK: IS_NODE,
  CROSSSLOT: IS_NODE,
};

/** The remedies, by the words of answers that begin only with ERR. */
const BY_WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /cluster support disabled/i,
    "the server isn't a node of a Redis Cluster; pass its address as url, or correct cluster.rootNodes",
  ],
  [/No such master/i, 'the sentinels watch no primary of that name; correct sentinel.name'],
  [/unknown command ['`]?SENTINEL/i, "the server isn't a Sentinel; correct sentinel.sentinelRootNodes"],
  [/unknown command ['`]?S(?:PUBLISH|SUBSCRIBE)/i, 'a cluster needs Redis 7.0 or newer; update the servers'],
  [/can't (?:run|access)|ACL failure|no permissions/i, RIGHTS],
  [
    /max number of clients reached/,
    'the server accepts no more connections (maxclients); raise the limit, or end connections that nobody uses',
  ],
  [
    /DB index|SELECT|value is not an integer or out of range/,
    'the server has no database of this number; correct it in url or client, or raise databases in the settings of the server',
  ],
  [
    /unknown (?:redis )?command|invalid command/i,
    'the server lacks a command that is needed; use Redis 6.2 or newer with none of those in docs/storage.md disabled',
  ],
  [/Unknown RESP type/, 'something other than Redis answers there; correct the address'],
];

/** Names of the package's errors for a connection that ended. */
const ENDED = /^(?:SocketClosedUnexpectedly|DisconnectsClient|ClientClosed|ClientOffline)Error$/;

function nameOf(cause: unknown): string | undefined {
  const { code, constructor, message = '' } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  if (typeof code === 'string') return code;
  if (ENDED.test((constructor as { name?: string } | undefined)?.name ?? '')) return 'ECONNRESET';
  if ((constructor as { name?: string } | undefined)?.name === 'ConnectionTimeoutError') return 'ETIMEDOUT';
  const name = /^-?([A-Z]{2,})(?= )/.exec(message)?.[1];
  // Before 7.0 an error inside a script is reported as an error of the script: "ERR Error running script (…): …:
  // -READONLY …".
  return name === 'ERR' ? (/: -([A-Z]{2,}) /.exec(message)?.[1] ?? name) : name;
}

/** How a connection was being opened when it failed before it could be used. */
type Opening = 'plain' | 'tls';

/** What was to be used. */
type Kind = 'server' | 'cluster' | 'sentinel';

function remedyOf(cause: unknown, reason: string, kind: Kind, opening: Opening | undefined): string {
  const name = nameOf(cause) ?? '';
  const remedies = kind !== 'cluster' && Object.hasOwn(OF_SERVER, name) ? OF_SERVER : REMEDIES;
  const byName = Object.hasOwn(remedies, name) ? remedies[name] : undefined;
  // A server that only accepts TLS hangs up before any answer.
  if (opening === 'plain' && (byName === CUT_OFF || reason.includes('Unknown RESP type'))) {
    return "the server hung up before it answered, or isn't Redis; check the address, and use rediss:// if it requires TLS";
  }
  const known = byName ?? BY_WORDS.find(([words]) => words.test(reason))?.[1];
  if (known !== undefined) return known;
  if (cause instanceof NoAnswer)
    return opening === 'tls' ? `${reason}, and that it uses TLS on this port` : reason;
  return `${reason.trim()}; check the server, its log, and its settings against docs/storage.md`;
}

/** Redis repeats the arguments of a command that it doesn't know. They may include a password or a record. */
function withoutArguments(message: string): string {
  return message.replace(/,? with args beginning with:.*$/s, '');
}

/** No answer within the time that it may take. */
export class NoAnswer extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms; check the server and the network`);
  }
}

/** Too few replicas have confirmed what was written, in time. */
export class TooFewReplicas extends Error {
  constructor(confirmed: number, expected: number, ms: number) {
    super(
      `written, but only ${confirmed} of ${expected} replicas confirmed it within ${ms} ms, so a failover may lose it; check the replicas, or durability`,
    );
  }
}

/** A connection could not be opened: no call was sent over it. */
export class NotOpened extends Error {
  /** How it was being opened, once there was a client. */
  readonly opening: Opening | undefined;

  constructor(cause: unknown, opening: Opening | undefined) {
    super('not opened', { cause });
    this.opening = opening;
  }
}

/** A store or a server that can't be used; the message says why, and the remedy. */
export class Unusable extends Error {}

/** No node of a cluster serves a slot. */
export class Unserved extends Error {
  constructor() {
    super(UNSERVED);
  }
}

/** The error of a replica that is asked to do what only a primary does. */
export function readOnlyReplica(): Error {
  return new Error('READONLY it is a replica');
}

/** The error of a call that was in progress when its connection ended. */
export function cutOff(): Error {
  return Object.assign(new Error('cut off'), { code: 'ECONNRESET' });
}

/**
 * Whether a server refused a call, without carrying it out, because it isn't the primary, or not yet: after a failover
 * the connection leads to a replica, and only a new connection leads to the primary.
 */
export function isElsewhere(cause: unknown): boolean {
  return /^(?:READONLY|LOADING|MASTERDOWN|CLUSTERDOWN)$/.test(nameOf(cause) ?? '');
}

/** Causes of a connection that may be opened to another server, or in a moment. */
const UNREACHED = /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

/** Whether a call was not carried out, and a cluster, or Sentinel, may name another server in a moment. */
export function mayBeSentAgain(cause: unknown): boolean {
  if (cause instanceof Unserved || isElsewhere(cause)) return true;
  if (cause instanceof NotOpened) {
    const { cause: reason } = cause;
    return isElsewhere(reason) || reason instanceof NoAnswer || UNREACHED.test(nameOf(reason) ?? '');
  }
  return /^(?:TRYAGAIN|MOVED|ASK)$/.test(nameOf(cause) ?? '');
}

/** Where a node of a cluster says that a call belongs. `from` is its address. */
export function redirectionOf(
  cause: unknown,
  from: string,
): { readonly address: string; readonly asking: boolean } | undefined {
  const [, kind, host = '', port] =
    /^(MOVED|ASK) \d+ (.*):(\d+)$/.exec(cause instanceof Error ? cause.message : '') ?? [];
  if (kind === undefined) return undefined;
  // A node that doesn't know the other's name leaves it out: it has the same one.
  const name = host === '' || host === '?' ? from.slice(0, from.lastIndexOf(':')) : host;
  return { address: `${name}:${String(port)}`, asking: kind === 'ASK' };
}

/**
 * The error for a call that failed.
 *
 * @param what failed: 'open', 'read', 'write', 'lock'
 * @param address without user and password
 * @param kind what was to be used
 * @param opening set if the connection failed before it could be used
 * @returns UNKNOWN_ERROR that names the address and the remedy; a PowerAuthError is returned unchanged
 */
export function redisFailure(
  what: string,
  address: string,
  cause: unknown,
  kind: Kind,
  opening?: Opening,
): PowerAuthError {
  if (cause instanceof PowerAuthError) return cause;
  if (cause instanceof NotOpened) return redisFailure('open', address, cause.cause, kind, cause.opening);
  const reason = withoutArguments(cause instanceof Error ? cause.message : String(cause));
  const say = (remedy: string): string => `Cannot ${what} redis storage at ${address}: ${remedy}`;
  if (cause instanceof Unusable || cause instanceof Unserved || cause instanceof TooFewReplicas)
    return failure(PowerAuthErrorCode.UNKNOWN_ERROR, say(reason));
  const message = say(remedyOf(cause, reason, kind, opening));
  const shown = cause instanceof Error && cause.message !== reason ? new Error(reason) : cause;
  // A call without an answer may have been carried out all the same, or may be later.
  return failure(PowerAuthErrorCode.UNKNOWN_ERROR, message, { cause: shown });
}
