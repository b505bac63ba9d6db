/**
 * The options of `serve`, checked.
 *
 * @module
 */

import type { PowerAuthTestServerLike } from '../../testing/index.ts';
import { isLoopback } from '../../testing/admin/guard.ts';
import { isAllowedOrigin } from '../../testing/inputs.ts';
import { assertTls, type Tls } from '../../testing/tls.ts';
import { textOf, type Options } from '../command.ts';
import type { Context } from '../context.ts';
import { usage } from '../failures.ts';
import { readNamedText } from '../files.ts';
import { readPrivate } from '../secrets.ts';

/** Where the admin API is: at the server's own port, or at another one. */
export type AdminPlace = 'same' | { readonly port: number; readonly host: string };

/** What `serve` was told. */
export interface ServeSettings {
  readonly port: number;
  readonly host: string;
  readonly allowOrigin: string | undefined;
  readonly like: PowerAuthTestServerLike;
  /** Path of the file that keeps the state. */
  readonly state: string | undefined;
  /** Paths of certificate and key. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly admin: AdminPlace;
  readonly adminTokenFile: string | undefined;
  readonly hasPlayground: boolean;
}

const LOOPBACK = '127.0.0.1';

/** @throws WRONG_PARAMETER that names the option */
export function serveSettings(options: Options): ServeSettings {
  const host = textOf(options['host']) ?? LOOPBACK;
  // Node takes an empty one for all addresses of this machine.
  if (host === '') throw usage('--host: expected a name or an address, got nothing');
  const state = textOf(options['state']);
  if (state === '') throw usage('--state: expected the path of a file, got nothing');
  const adminPort = options['adminPort'];
  const adminTokenFile = textOf(options['adminTokenFile']);
  const hasPlayground = options['playground'] === true;
  const isOpen = !isLoopback(host);
  if (hasPlayground && (adminPort !== undefined || adminTokenFile !== undefined || isOpen)) {
    throw usage(
      '--playground: the page uses the admin API at the same port of this machine; leave out --host, --admin-port and --admin-token-file',
    );
  }
  return {
    port: portOf(options['port'], '--port'),
    host,
    allowOrigin: originOf(textOf(options['allowOrigin'])),
    like: likeOf(options['like']),
    state,
    tls: tlsOf(textOf(options['tlsCert']), textOf(options['tlsKey'])),
    // Without a token it must not be where other machines can reach it.
    admin:
      adminPort !== undefined || (isOpen && adminTokenFile === undefined)
        ? { port: portOf(adminPort, '--admin-port'), host: adminTokenFile === undefined ? LOOPBACK : host }
        : 'same',
    adminTokenFile,
    hasPlayground,
  };
}

/** Certificate and key, from their files. */
export async function readTls({ output, io }: Context, { tls }: ServeSettings): Promise<Tls | undefined> {
  if (tls === undefined) return undefined;
  const cert = await readNamedText({ option: '--tls-cert', path: tls.cert, signal: io.signal });
  const key = await readPrivate('the TLS key', tls.key, io.signal);
  const { validTo } = assertTls({ cert, key }, { cert: '--tls-cert', key: '--tls-key' });
  // Not refused: it may be what a test is about.
  if (Date.parse(validTo) < Date.now())
    output.note(`The certificate has expired (${validTo}); clients will refuse it`);
  return { cert, key };
}

/** The token, from its file. */
export async function adminTokenOf(
  context: Context,
  { adminTokenFile: file }: ServeSettings,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const token = await context.secret({ what: 'the admin token', option: '--admin-token-file', file });
  // RFC 6750; nobody could send another one.
  if (/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return token;
  throw usage(
    '--admin-token-file: expected a token of letters, digits and -._~+/ that a header can carry, got other characters',
  );
}

function portOf(value: Options[string], option: string): number {
  if (value === undefined) return 0;
  const port = /^\d{1,5}$/.test(String(value)) ? Number(value) : NaN;
  if (port <= 65_535) return port;
  throw usage(`${option}: expected a whole number from 0 to 65535, got something else`);
}

function tlsOf(cert: string | undefined, key: string | undefined): ServeSettings['tls'] {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === key) return undefined;
  throw usage('--tls-cert, --tls-key: expected both of them, got one');
}

function likeOf(value: Options[string]): PowerAuthTestServerLike {
  if (value === undefined || value === '1.9' || value === '2.2') return value ?? '1.9';
  throw usage('--like: expected 1.9 or 2.2, got something else');
}

function originOf(text: string | undefined): string | undefined {
  if (text === undefined || isAllowedOrigin(text)) return text;
  throw usage('--allow-origin: expected an origin such as http://localhost:5173, or *, got something else');
}
