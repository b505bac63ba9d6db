/**
 * The admin API over HTTP.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { PowerAuthError } from '../../errors.ts';
import { queryOf, readBody, type Interceptor } from '../http.ts';
import { parseJson } from '../json.ts';
import type { PowerAuthTestServer } from '../server.ts';
import { AdminError, HEALTH, type AdminAnswer } from './answers.ts';
import { createGuard } from './guard.ts';
import { ROUTES } from './routes.ts';

/** Where the API begins. */
export const ADMIN_PATH = '/admin';
/** Anybody may ask whether the server is there. */
const HEALTH_PATH = '/health';

const HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Methods and handlers by path; the paths as regular expressions. */
const TABLE = Object.entries(ROUTES).map(([route, handler]) => {
  const [method = '', path = ''] = route.split(' ');
  return {
    method,
    pattern: new RegExp(`^${path.replace('.', '\\.').replace(/\{\w+\}/, '([^/]+)')}$`),
    handler,
  };
});

/**
 * Answers requests to `/admin/…`.
 *
 * @param options `token`: needed by all but the health check; without it only this machine may ask
 */
export function createAdmin(
  server: PowerAuthTestServer,
  options: { readonly token?: string | undefined; readonly protocol?: 'http' | 'https' } = {},
): Interceptor {
  const guard = createGuard(options.token, options.protocol ?? 'http');
  const reply = async (message: IncomingMessage, path: string): Promise<AdminAnswer> => {
    if (path !== HEALTH_PATH) guard(message);
    const { handler, id } = find(message.method ?? 'GET', path);
    return handler({ server, id, query: parametersOf(message), body: await bodyOf(message) });
  };
  return (message, response) => {
    const path = (message.url ?? '/').replace(/\?.*/s, '');
    if (path !== ADMIN_PATH && !path.startsWith(`${ADMIN_PATH}/`)) return false;
    reply(message, path.slice(ADMIN_PATH.length))
      .then((answer) => send(message, response, answer))
      .catch((error: unknown) => send(message, response, answerTo(error)));
    return true;
  };
}

/** Answers the health check alone, for a port at which the rest is not. */
export const answerHealth: Interceptor = (message, response) => {
  const isIt = message.url === ADMIN_PATH + HEALTH_PATH && message.method !== 'OPTIONS';
  if (isIt) send(message, response, HEALTH);
  return isIt;
};

function find(method: string, path: string): { handler: (typeof TABLE)[number]['handler']; id: string } {
  const there = TABLE.flatMap(({ pattern, ...route }) => {
    const match = pattern.exec(path);
    return match === null ? [] : [{ ...route, id: decode(match[1] ?? '') }];
  });
  if (there.length === 0)
    throw new AdminError('NOT_FOUND', 'There is no such path; /admin/openapi.json has all');
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = there.find((route) => route.method === wanted);
  if (found !== undefined) return found;
  const methods = there.map((route) => route.method).join(', ');
  throw new AdminError('METHOD_NOT_ALLOWED', `Method: expected ${methods}, got another`);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new AdminError('NOT_FOUND', 'The path is not properly encoded');
  }
}

const parametersOf = ({ url = '' }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(queryOf(url)));

async function bodyOf(message: IncomingMessage): Promise<unknown> {
  const bytes = await readBody(message);
  if (bytes === undefined) throw new AdminError('TOO_LARGE', 'body: expected at most 1 MiB, got more');
  if (bytes.length === 0) return {};
  const body = parseJson(bytes);
  if (body === undefined)
    throw new AdminError('BAD_REQUEST', 'body: expected a JSON object, got something else');
  return body;
}

/** Of an unexpected failure nothing is said that a request could have put into it. */
function answerTo(error: unknown): AdminAnswer {
  if (error instanceof AdminError) return error.answer;
  if (error instanceof PowerAuthError) return new AdminError('BAD_REQUEST', error.message).answer;
  const { code } = error as NodeJS.ErrnoException;
  const reason = /^E[A-Z\d]{2,20}$/.test(String(code)) ? ` (${code})` : '';
  return { status: 500, body: { error: { code: 'INTERNAL_ERROR', message: `The request failed${reason}` } } };
}

function send(message: IncomingMessage, response: ServerResponse, { status, body }: AdminAnswer): void {
  const text = body === undefined ? '' : textOf(body);
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  response.writeHead(status, { ...HEADERS, 'Content-Length': Buffer.byteLength(text) });
  response.end(message.method === 'HEAD' ? undefined : text);
}

function textOf(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    // Longer than a string can be, half a gigabyte.
    throw new AdminError('TOO_LARGE', 'The answer is too long');
  }
}
