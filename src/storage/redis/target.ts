/**
 * Determines the Redis server to use.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../../errors.ts';
import { describe } from '../../util/validate.ts';

/** A server, and how to connect to it. */
export interface RedisTarget {
  /** For messages: without user and password. */
  readonly address: string;
  /** For `createClient` of the redis package. */
  readonly options: object;
}

/** The options of a client that are read. */
interface ClientOptions {
  readonly url?: string;
  readonly database?: number;
  readonly socket?: { readonly host?: string; readonly port?: number; readonly path?: string };
  readonly rootNodes?: unknown;
  readonly sentinelRootNodes?: unknown;
}

/** @throws WRONG_PARAMETER unless exactly one of URL and client is given, and is valid */
export function redisTarget(url: unknown, client: unknown): RedisTarget {
  if ((url === undefined) === (client === undefined)) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      `url, client: expected one of them, got ${url === undefined ? 'neither' : 'both'}`,
    );
  }
  return client === undefined ? targetOfUrl(url) : targetOfClient(client);
}

function targetOfUrl(url: unknown): RedisTarget {
  const address = typeof url === 'string' ? addressOf(url) : undefined;
  if (address === undefined) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      // The URL itself may hold a password.
      `url: expected redis://, rediss:// or unix://, as in redis://127.0.0.1:6379/0, got ${describe(url)}`,
    );
  }
  return { address, options: { url } };
}

function addressOf(url: string): string | undefined {
  const socket = /^unix:\/\/(?:[^@/]*@)?(\/[^?#]+)/.exec(url)?.[1];
  if (socket !== undefined) return socket;
  try {
    const { protocol, host, pathname } = new URL(url);
    if (!/^rediss?:$/.test(protocol) || host === '' || !/^(?:\/\d*)?$/.test(pathname)) return undefined;
    return `${host}${pathname === '/' ? '' : pathname}`;
  } catch {
    return undefined;
  }
}

function targetOfClient(client: unknown): RedisTarget {
  const options = optionsOf(client);
  if (options === undefined || 'rootNodes' in options || 'sentinelRootNodes' in options) {
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      `client: expected a client made by createClient of the redis package (for a single server, no cluster or sentinel), got ${describe(client)}`,
    );
  }
  const { host = 'localhost', port = 6379, path } = options.socket ?? {};
  const address = path ?? `${host}:${port}`;
  return { address: `${address}${options.database ? `/${options.database}` : ''}`, options };
}

/** A copy of a client's options; undefined if it has none, or throws when it is read. */
function optionsOf(client: unknown): ClientOptions | undefined {
  try {
    const { options } = client as { readonly options?: unknown };
    return typeof options === 'object' && options !== null ? { ...options } : undefined;
  } catch {
    return undefined;
  }
}
