/**
 * Who may use the admin API: programs of this machine, or those that know the token; of web pages only the server's own.
 *
 * @module
 */

import type { IncomingMessage } from 'node:http';
import { equalTexts } from '../crypto.ts';
import { AdminError } from './answers.ts';

/** Names by which only this machine reaches itself. A page can give its own name this address, but not take these. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** Whether a host listens to this machine alone. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host.includes(':') ? `[${host}]` : host);

/**
 * A check of requests that throws for those that are refused.
 *
 * @param token needed in `Authorization: Bearer …`; without it, only names of this machine are accepted as the host
 */
export function createGuard(
  token: string | undefined,
  protocol: 'http' | 'https',
): (message: IncomingMessage) => void {
  return ({ headers, rawHeaders }) => {
    const { host = '', origin, authorization = '' } = headers;
    if (token !== undefined) {
      const sent = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
      if (!equalTexts(sent, token)) {
        throw new AdminError(
          'UNAUTHORIZED',
          'Authorization: expected Bearer and the token of --admin-token-file',
        );
      }
    } else if (!LOOPBACK.test(host)) {
      throw new AdminError('FORBIDDEN', 'Host: expected localhost, 127.0.0.1 or [::1], got another name');
    }
    // A page of another origin, even of this machine. Some requests of pages have only the second of these headers.
    const isForeign = origin !== undefined && origin !== `${protocol}://${host}`;
    const site = headers['sec-fetch-site'] ?? 'none';
    if (isForeign || (site !== 'same-origin' && site !== 'none') || count(rawHeaders, 'host') > 1) {
      throw new AdminError('FORBIDDEN', 'Origin: expected no web page, or one of this server, got another');
    }
  };
}

const count = (rawHeaders: readonly string[], name: string): number =>
  rawHeaders.filter((header, i) => i % 2 === 0 && header.toLowerCase() === name).length;
