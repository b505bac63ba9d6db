/** Requests to other origins: as they are, without a header. */
import { describe, expect, test, vi } from 'vitest';
import { PowerAuthErrorCode } from '../../src/index.ts';
import { powerAuthFetch } from '../../src/fetch.ts';
import { bank, fetchOf, POSSESSION, POST } from '../helpers/bank.ts';
import { activated, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { testOrigin } from '../helpers/origin.ts';

describe('other origins', () => {
  test('get what fetch would send', async () => {
    const { powerAuth } = await activated();
    const sent = vi.fn(async () => new Response());
    const fetch = fetchOf(powerAuth, ['https://bank.example'], { fetch: sent });
    const request = new Request('https://other.example/x', POST);
    await fetch(request);
    await fetch('https://bank.example.evil.example/', { headers: { a: 'b' } });
    await fetch('http://bank.example/');
    await fetch('https://bank.example:444/');
    expect(sent.mock.calls).toEqual([
      [request],
      ['https://bank.example.evil.example/', { headers: { a: 'b' } }],
      ['http://bank.example/'],
      ['https://bank.example:444/'],
    ]);
  });

  test('get no header when a URL is changed while the body is read', async () => {
    const { origin, fetch } = await bank();
    const other = await testOrigin(() => ({}));
    const url = new URL(origin.url);
    const call = fetch(url, { method: 'POST', body: new Blob(['x']) });
    url.href = other.url;
    expect((await call).status).toBe(200);
    expect(other.arrived).toEqual([]);
  });

  test('and relative addresses follow the base of the document, as with fetch', async () => {
    const { powerAuth } = await activated();
    const sent = vi.fn(async () => new Response());
    const fetch = powerAuthFetch(powerAuth, { origins: ['https://bank.example'], fetch: sent });
    vi.stubGlobal('location', { href: 'https://bank.example/page' });
    vi.stubGlobal('document', { baseURI: 'https://other.example/' });
    try {
      await fetch('accounts');
      expect(sent.mock.lastCall).toEqual(['accounts']);
      vi.stubGlobal('document', undefined);
      await fetch('accounts');
      expect(sent.mock.lastCall).toMatchObject(['https://bank.example/accounts', { method: 'GET' }]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('get nothing signed or encrypted', async () => {
    const { powerAuth } = await activated();
    const sent = vi.fn(async () => new Response());
    const fetch = fetchOf(powerAuth, ['https://bank.example'], { fetch: sent });
    for (const options of [{ sign: POSSESSION, uriId: '/x' }, { encrypt: 'application' } as const]) {
      await expect(fetch('https://other.example/', { ...POST, powerAuth: options })).rejects.toMatchObject(
        error(PowerAuthErrorCode.WRONG_PARAMETER, /listed origins/),
      );
    }
    expect(sent).not.toHaveBeenCalled();
  });

  test('nobody is sent a header over http: to another machine', async () => {
    const server = await testServer();
    const powerAuth = await testClient(server, { client: { enableUnsecureTraffic: false } });
    const fetch = powerAuthFetch(powerAuth, { origins: ['http://bank.example'] });
    await expect(fetch('http://bank.example/')).rejects.toMatchObject(
      error(PowerAuthErrorCode.NETWORK_ERROR, /enableUnsecureTraffic/),
    );
    const local = await testOrigin(() => ({}));
    expect((await powerAuthFetch(powerAuth, { origins: [local.url] })(local.url)).status).toBe(200);
  });
});
