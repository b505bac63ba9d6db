/**
 * HTTP servers, with TLS or without.
 *
 * @module
 */

import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { failure, PowerAuthErrorCode, type PowerAuthError } from '../errors.ts';

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
 * @param names of the two fields that they come from
 * @returns the certificate
 * @throws WRONG_PARAMETER unless the two fit together
 */
export function assertTls({ cert, key }: Tls, names: Tls): X509Certificate {
  const certificate = certificateOf(cert, names.cert);
  const privateKey = privateKeyOf(key, names.key);
  if (!certificate.checkPrivateKey(privateKey))
    throw wrong(names.key, 'the key of the certificate', 'that of another one');
  try {
    // It accepts less than what can be parsed.
    createSecureContext({ cert, key });
  } catch (error) {
    throw wrong(`${names.cert}, ${names.key}`, 'what TLS can use', `something else${codeOf(error)}`);
  }
  return certificate;
}

function certificateOf(pem: string, name: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw wrong(name, 'a certificate in PEM', `something else${codeOf(error)}`);
  }
}

function privateKeyOf(pem: string, name: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    if (pem.includes('ENCRYPTED'))
      throw wrong(name, 'a key that is not encrypted', 'one that is; `openssl pkey` decrypts it');
    throw wrong(name, 'a private key in PEM', `something else${codeOf(error)}`);
  }
}

function wrong(name: string, expected: string, received: string): PowerAuthError {
  return failure(PowerAuthErrorCode.WRONG_PARAMETER, `${name}: expected ${expected}, got ${received}`);
}

const codeOf = (error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? '' : ` (${code})`;
};
