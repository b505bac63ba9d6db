/**
 * Redirects, as the Fetch Standard follows them ("HTTP-redirect fetch").
 *
 * @module
 */

import type { ReadRequest } from './request.ts';

/** How many redirects are followed. */
const MAX_REDIRECTS = 20;

const REDIRECTS = [301, 302, 303, 307, 308];
/** Headers that describe a body. */
const OF_BODIES = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
];
/** Headers that are for one origin only. */
const OF_ORIGINS = ['authorization', 'cookie', 'host', 'proxy-authorization'];

/** Whether an answer is a redirect. */
export const isRedirect = ({ status, headers }: Response): boolean =>
  REDIRECTS.includes(status) && headers.has('location');

/**
 * The request that a redirect asks for.
 *
 * @param hops how many redirects were followed before
 * @throws TypeError for a target that can't be fetched, and for too many redirects
 */
export function redirected(request: ReadRequest, response: Response, hops: number): ReadRequest {
  if (hops === MAX_REDIRECTS) throw new TypeError('fetch failed: redirect count exceeded');
  const location = response.headers.get('location') ?? '';
  if (!URL.canParse(location, request.url)) throw new TypeError('fetch failed: invalid redirect');
  const url = new URL(location, request.url);
  if (!/^https?:$/.test(url.protocol)) throw new TypeError('fetch failed: redirect to another scheme');
  if (url.username !== '' || url.password !== '')
    throw new TypeError('fetch failed: redirect to a URL that includes credentials');
  if (url.hash === '') url.hash = request.url.hash;
  const headers = new Headers(request.headers);
  const { status } = response;
  const { method } = request;
  const becomesGet =
    status === 303 ? method !== 'GET' && method !== 'HEAD' : status < 303 && method === 'POST';
  if (becomesGet) for (const name of OF_BODIES) headers.delete(name);
  if (url.origin !== request.url.origin) withoutSecrets(headers);
  return { ...request, url, headers, ...(becomesGet ? { method: 'GET', body: undefined } : {}) };
}

function withoutSecrets(headers: Headers): void {
  const own = [...headers.keys()].filter((name) => name.startsWith('x-powerauth-'));
  for (const name of [...OF_ORIGINS, ...own]) headers.delete(name);
}
