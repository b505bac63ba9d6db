/**
 * HTTP servers, with TLS or without.
 *
 * @module
 */

import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { failure, PowerAuthErrorCode } from '../errors.ts';

/** A certificate, with those above it, and its private key; both as PEM. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** Creates a server, which does not listen yet. */
export function createHttpOrHttps(tls: Tls | undefined, listener: RequestListener): Server {
  // Node ends an idle connection after 5 s, and a client on a busy machine may be about to use it.
  const options = { keepAliveTimeout: 60_000 };
  return tls === undefined
    ? createServer(options, listener)
    : createSecureServer({ ...options, ...tls }, listener);
}

/**
 * Node would notice only at the first connection.
 *
 * @param field that it comes from
 * @throws WRONG_PARAMETER unless the two fit together
 */
export function assertTls(tls: Tls, field: string): void {
  try {
    createSecureContext(tls);
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw failure(
      PowerAuthErrorCode.WRONG_PARAMETER,
      `${field}: expected a certificate and its key in PEM, got something else (${code})`,
    );
  }
}
