/** Redirects: followed within the origins, each with a header of its own. */
import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/index.ts';
import { fetchOf, knowledge, POST } from '../helpers/bank.ts';
import { activated } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { checksToken, SIGNATURE, testOrigin, TOKEN, valueOf } from '../helpers/origin.ts';
import { rejection } from '../helpers/storage.ts';

describe('a redirect', () => {
  /** Two servers that are listed and one that isn't; each path says where it leads: `/307/b/then`. */
  async function three() {
    const { server, powerAuth, activationId } = await activated();
    const urls: Record<string, string> = {};
    const start = () =>
      testOrigin((request) => {
        const [, status = '', to = '', ...rest] = request.url.split('/');
        if (/^30\d$/.test(status))
          return { status: Number(status), headers: { location: `${urls[to] ?? ''}/${rest.join('/')}` } };
        return checksToken(server)(request);
      });
    const [a, b, other] = [await start(), await start(), await start()];
    Object.assign(urls, { a: a.url, b: b.url, other: other.url, here: '' });
    return { server, powerAuth, activationId, a, b, other, fetch: fetchOf(powerAuth, [a.url, b.url]) };
  }

  test('within the listed origins is followed, each request with a header of its own', async () => {
    const { a, b, fetch } = await three();
    const response = await fetch(`${a.url}/302/b/301/a/307/here/done`, { headers: { accept: 'text/plain' } });
    expect(response).toMatchObject({ status: 200, redirected: true, url: `${a.url}/done` });
    const arrived = [...a.arrived, ...b.arrived];
    expect(arrived.map(({ url }) => url)).toEqual([
      '/302/b/301/a/307/here/done',
      '/307/here/done',
      '/done',
      '/301/a/307/here/done',
    ]);
    expect(new Set(arrived.map((request) => valueOf(request, TOKEN))).size).toBe(4);
    expect(arrived.map((request) => valueOf(request, 'accept'))).toEqual(Array(4).fill('text/plain'));
  });

  test.each([301, 302, 303, 307, 308])('%i to another origin carries no header', async (status) => {
    const { a, other, fetch } = await three();
    const headers = { authorization: 'Bearer x', 'x-powerauth-token': 'mine', 'x-other': 'stays' };
    await fetch(`${a.url}/${status}/other/there`, { ...POST, headers });
    const [request] = other.arrived;
    expect(
      Object.keys(request?.headers ?? {}).filter((name) => /powerauth|^authorization/.test(name)),
    ).toEqual([]);
    expect(request?.headers['x-other']).toBe('stays');
    expect(request?.method).toBe(status > 303 ? 'POST' : 'GET');
    expect(request?.body.toString()).toBe(status > 303 ? '{}' : '');
  });

  test('that leads back from another origin gets no header any more', async () => {
    const { a, other, fetch } = await three();
    expect((await fetch(`${a.url}/302/other/302/a/back`)).status).toBe(401);
    expect(other.arrived).toHaveLength(1);
    expect(a.arrived.at(-1)?.headers).not.toHaveProperty(TOKEN.toLowerCase());
  });

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'DELETE', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [307, 'POST', 'POST'],
    [308, 'PATCH', 'PATCH'],
  ])('%i makes of %s a %s, as the Fetch Standard says', async (status, method, expected) => {
    const { a, fetch } = await three();
    const init = { method, ...(method === 'HEAD' ? {} : { body: 'text' }) };
    expect((await fetch(`${a.url}/${status}/here/done`, init)).status).toBe(200);
    const last = a.arrived.at(-1);
    const keeps = expected === method && method !== 'HEAD';
    expect([last?.method, last?.body.toString()]).toEqual([expected, keeps ? 'text' : '']);
    expect(valueOf(last as never, 'content-type')).toBe(keeps ? 'text/plain;charset=UTF-8' : undefined);
  });

  test('is the caller’s with manual, and an error with error', async () => {
    const { a, fetch } = await three();
    const response = await fetch(`${a.url}/302/here/x`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/x']);
    await expect(fetch(`${a.url}/302/here/x`, { redirect: 'error' })).rejects.toBeInstanceOf(TypeError);
    expect(a.arrived.map(({ url }) => url)).toEqual(['/302/here/x', '/302/here/x']);
  });

  test('is not followed without end, nor anywhere', async () => {
    const { server, powerAuth } = await activated();
    const origin = await testOrigin(({ url }) => ({
      status: 302,
      headers: { location: url === '/round' ? '/round' : url.slice(1) },
    }));
    const fetch = fetchOf(powerAuth, [origin.url]);
    await expect(fetch(`${origin.url}/round`)).rejects.toThrow(/redirect count exceeded/);
    expect(origin.arrived).toHaveLength(21);
    await expect(fetch(`${origin.url}/data:,x`)).rejects.toThrow(/another scheme/);
    await expect(fetch(`${origin.url}/http://[`)).rejects.toThrow(/invalid redirect/);
    const withPassword = origin.url.replace('//', '//user:hunter2@');
    const refused = await rejection(fetch(`${origin.url}/${withPassword}`));
    expect(String(refused)).toMatch(/includes credentials$/);
    expect(server.tokens).toHaveLength(1);
  });

  test('of a signed request is signed again, and never sent to another origin', async () => {
    const { server, activationId, a, other, fetch } = await three();
    const powerAuth = { sign: knowledge(), uriId: '/payment' };
    await fetch(`${a.url}/307/b/done`, { ...POST, powerAuth });
    const signatures = [...a.arrived].map((request) => valueOf(request, SIGNATURE));
    expect(server.verifySignature(signatures[0], { ...POST, uriId: '/payment' })).toBeDefined();
    const response = await fetch(`${a.url}/307/other/done`, { ...POST, powerAuth });
    expect(response.status).toBe(307);
    expect(other.arrived).toEqual([]);
    // To its result: no body, so no signature.
    await fetch(`${a.url}/303/a/result`, { ...POST, powerAuth });
    const result = a.arrived.at(-1);
    expect([result?.method, result?.headers[SIGNATURE.toLowerCase()]]).toEqual(['GET', undefined]);
    expect(server.verifyToken(valueOf(result as never, TOKEN))).toBeUndefined();
    expect(server.activation(activationId)?.failCount).toBe(0);
  });

  test('that a browser hides is an error in words', async () => {
    const { powerAuth } = await activated();
    const hidden = Object.defineProperty(new Response(), 'type', { value: 'opaqueredirect' });
    const fetch = fetchOf(powerAuth, ['https://bank.example'], { fetch: async () => hidden });
    await expect(fetch('https://bank.example/')).rejects.toMatchObject(
      error(PowerAuthErrorCode.NETWORK_ERROR, /redirect: 'manual'/),
    );
    expect(await fetch('https://bank.example/', { redirect: 'manual' })).toBe(hidden);
  });
});
