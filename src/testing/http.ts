/**
 * HTTP in front of the routes, with the requested faults.
 *
 * @module
 */

import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers';
import { springError, type Answer } from './answers.ts';
import { isForBackEnds } from './back-end/index.ts';
import type { PowerAuthTestFaults } from './faults.ts';
import { answer } from './routes.ts';
import type { RouteTable } from './own-routes.ts';
import type { ServerState } from './state.ts';
import { createHttpOrHttps, type Tls } from './tls.ts';

/** Longest body, bytes. */
const MAX_BODY = 1 << 20;

/** How many requests are remembered; a server that runs for days would need ever more memory otherwise. */
const MAX_REQUESTS = 10_000;
/** How long their bodies may be together, in characters. */
const MAX_BODIES = 1 << 26;

/**
 * A request that arrived, in order of arrival.
 *
 * @example
 * ```ts
 * const paths = server.requests.map((request: PowerAuthTestRequest) => request.path);
 * ```
 */
export interface PowerAuthTestRequest {
  /** HTTP method. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** As received, with its `?`, or empty. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As text. */
  readonly body: string;
  /** Server time of its arrival, ms. */
  readonly time: number;
  /** Status of the answer; undefined before the answer, or if the connection was broken instead. */
  status: number | undefined;
}

/** Answers a request in place of the routes. Returns whether it does. */
export type Interceptor = (message: IncomingMessage, response: ServerResponse) => boolean;

/** The body, or undefined if it is too long. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY) chunks.push(chunk);
  }
  return length > MAX_BODY ? undefined : Buffer.concat(chunks);
}

/** The path of a request's target, which is a path with a query, a URL, or `*`; undefined if it is none of them. */
function pathOf(target: string): string | undefined {
  // Two slashes would begin the name of a host otherwise.
  const text = target.startsWith('/') ? `http://localhost${target}` : target;
  return URL.canParse(text, 'http://localhost') ? new URL(text, 'http://localhost').pathname : undefined;
}

/**
 * The headers that the Fetch Standard (CORS protocol) requires before a page of another origin may call a server and
 * read the answer.
 */
const corsHeaders = (allowOrigin: string | undefined): OutgoingHttpHeaders =>
  allowOrigin === undefined
    ? {}
    : {
        'Access-Control-Allow-Origin': allowOrigin,
        'Access-Control-Allow-Methods': '*',
        // The asterisk doesn't include this one.
        'Access-Control-Allow-Headers': '*, Authorization',
      };

/** What is not the same for every server. */
interface HttpSettings {
  readonly allowOrigin?: string | undefined;
  readonly tls?: Tls | undefined;
  /** The user's own. */
  readonly routes?: RouteTable;
  /** Gets each request first. */
  readonly intercept?: Interceptor | undefined;
}

/** The query of a request's target, without its `?`; undefined if there is none. */
export const queryOf = (target: string): string | undefined => /\?(.*)/s.exec(target)?.[1];

/** Adds requests to a list, and drops the oldest when there are too many. Users may change the list as well. */
function memory(requests: PowerAuthTestRequest[]): (request: PowerAuthTestRequest) => void {
  // At least as much as there is.
  let length = 0;
  return (request) => {
    requests.push(request);
    if (requests.length > MAX_REQUESTS) requests.shift();
    length += request.body.length;
    if (length <= MAX_BODIES) return;
    length = requests.reduce((sum, { body }) => sum + body.length, 0);
    while (length > MAX_BODIES) length -= requests.shift()?.body.length ?? length;
  };
}

/** Creates the HTTP server, which does not listen yet. */
export function createHttpServer(
  state: ServerState,
  faults: PowerAuthTestFaults,
  requests: PowerAuthTestRequest[],
  { allowOrigin, tls, routes, intercept = () => false }: HttpSettings = {},
): Server {
  const corsForAll = corsHeaders(allowOrigin);
  const remember = memory(requests);

  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', headers, url: target = '/' } = message;
    const path = pathOf(target);
    if (path === undefined) return void response.writeHead(400).end();
    const query = queryOf(target);
    const { remoteAddress } = message.socket;
    const isForPages = allowOrigin !== undefined && !isForBackEnds(path);
    const cors = isForPages ? corsForAll : {};
    // The browser's own question, not a request of the application.
    const isPreflight = method === 'OPTIONS' && 'access-control-request-method' in headers;
    if (isForPages && isPreflight) return void response.writeHead(204, cors).end();
    const body = await readBody(message);
    const request: PowerAuthTestRequest = {
      method,
      path,
      query: query === undefined ? '' : `?${query}`,
      headers,
      body: body?.toString() ?? '',
      time: state.now(),
      status: undefined,
    };
    remember(request);

    const fault = faults.take(path);
    const reply = (): Answer | Promise<Answer> =>
      fault.status !== undefined || fault.body !== undefined
        ? { status: fault.status ?? 200, body: fault.body ?? '' }
        : body === undefined
          ? springError(413, 'Payload Too Large', path)
          : answer(state, { method, path, query: query ?? '', headers, body, remoteAddress }, routes);

    const failed = (): Answer => springError(500, 'Internal Server Error', path);
    const attempt = (): Answer | Promise<Answer> => {
      try {
        return reply();
      } catch {
        return failed();
      }
    };
    const send = async () => {
      if (fault.dropRequest === true) return void message.socket.destroy();
      const replied = attempt();
      const {
        status,
        body: content,
        headers: more,
      } = replied instanceof Promise ? await replied.catch(failed) : replied;
      state.save();
      if (fault.dropReply === true) return void message.socket.destroy();
      request.status = status;
      response.writeHead(status, { 'Content-Type': 'application/json', ...more, ...cors }).end(content);
    };
    const { delay } = fault;
    if (delay !== undefined) await new Promise((resolve) => void setTimeout(resolve, delay).unref());
    await send();
  };

  return createHttpOrHttps(tls, (message, response) => {
    if (intercept(message, response)) return;
    handle(message, response).catch(() => message.socket.destroy());
  });
}
