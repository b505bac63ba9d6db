import { expect, onTestFinished, test, vi } from 'vitest';
import { PowerAuthError, PowerAuthErrorCode } from '../../src/index.ts';
import { HttpClient } from '../../src/net/client.ts';
import { activated, requestsTo } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';
import { throwing } from '../helpers/wrong-values.ts';

/** A client whose requests go to a function, and nowhere else. */
function clientOf(fetch: typeof globalThis.fetch, signal?: AbortSignal): HttpClient {
  return new HttpClient({
    baseEndpointUrl: 'https://bank.example',
    enableUnsecureTraffic: false,
    connectionTimeout: 0.05,
    readTimeout: 0.05,
    customHttpHeaders: null,
    basicHttpAuthentication: null,
    fetch,
    ...(signal && { signal }),
  });
}

const never = () => new Promise<never>(() => undefined);
const timedOut = error(PowerAuthErrorCode.NETWORK_ERROR, /within 0\.05 s/);

test('a fetch that minds no signal ends in time all the same', async () => {
  await expect(clientOf(never).post('/x', '')).rejects.toMatchObject(timedOut);
  const silent = async () => new Response(new ReadableStream({ pull: never }));
  await expect(clientOf(silent).post('/x', '')).rejects.toMatchObject(timedOut);

  const ended = new AbortController();
  const canceled = error(PowerAuthErrorCode.OPERATION_CANCELED);
  const fetch = vi.fn(never);
  const request = rejection(clientOf(fetch, ended.signal).post('/x', ''));
  ended.abort();
  expect(await request).toMatchObject(canceled);
  await expect(clientOf(fetch, ended.signal).post('/x', '')).rejects.toMatchObject(canceled);
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('whatever fetch throws or answers is a NETWORK_ERROR', async () => {
  const unreadable = throwing(new Error());
  const likeOurs = Object.assign(new Error('mine'), { name: 'PowerAuthError', code: 'SUCCEED' });
  for (const thrown of [undefined, null, 'text', unreadable, likeOurs]) {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what a given fetch may do
    await expect(clientOf(() => Promise.reject(thrown)).post('/x', '')).rejects.toMatchObject(
      error(PowerAuthErrorCode.NETWORK_ERROR),
    );
  }
  for (const answer of [undefined, null, { status: 200, body: 'text' }]) {
    await expect(clientOf(async () => answer as unknown as Response).post('/x', '')).rejects.toMatchObject(
      error(PowerAuthErrorCode.NETWORK_ERROR),
    );
  }
});

test('what a server says of an error fits in a line of a log, and in memory', async () => {
  const code = `ERR\r\n2026-01-01 all is well\u2028${'x'.repeat(100_000)}`;
  const body = JSON.stringify({ status: 'ERROR', responseObject: { code, message: code } });
  for (const status of [400, 401]) {
    const thrown = await rejection(clientOf(async () => new Response(body, { status })).post('/x', ''));
    if (!(thrown instanceof PowerAuthError)) throw thrown;
    for (const text of [thrown.message, thrown.print()]) {
      expect(text).toContain('ERR 2026-01-01 all is well');
      expect(text.length).toBeLessThan(10_000);
    }
    expect(JSON.stringify(thrown.errorData).length).toBeLessThan(20_000);
  }
});

test('many requests at once are no leak in the eyes of Node', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => void warnings.push(warning);
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  const { server, powerAuth } = await activated();
  server.faults.add({ path: '/pa/v3/activation/status', delay: 100 });
  await Promise.all(Array.from({ length: 30 }, () => powerAuth.fetchActivationStatus()));
  expect(requestsTo(server, '/pa/v3/activation/status')).toBe(30);
  // Node tells of them in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings.map(({ name }) => name)).toEqual([]);
});

test.each<readonly [responseObject: object, said: object]>([
  [{ currentRecoveryPukIndex: 2 }, { currentRecoveryPukIndex: 2 }],
  ...[0, -1, 1.5, '2', null].map((index) => [{ currentRecoveryPukIndex: index }, {}] as const),
  [
    { code: 'ERR_X', message: 'No' },
    { serverResponseCode: 'ERR_X', serverResponseMessage: 'No' },
  ],
  [{ code: 5, message: {} }, {}],
])('a refusal with %o', async (responseObject, said) => {
  const body = JSON.stringify({ status: 'ERROR', responseObject });
  for (const status of [200, 400, 401, 503]) {
    const refused = await rejection(clientOf(async () => new Response(body, { status })).post('/x', ''));
    expect(refused).toMatchObject(error(status === 401 ? 'AUTHENTICATION_ERROR' : 'RESPONSE_ERROR'));
    expect(refused).toHaveProperty('errorData', { httpStatusCode: status, responseBody: body, ...said });
  }
});

test.each([
  '{"status":"ERROR"}',
  '{"status":"ERROR","responseObject":null}',
  '{"status":"ERROR","responseObject":7}',
])('an error that says no more, %s, with status 200', async (body) => {
  const refused = await rejection(clientOf(async () => new Response(body)).post('/x', ''));
  expect(refused).toMatchObject(error('RESPONSE_ERROR', /HTTP 200 in a body that says that it is an error$/));
  expect(refused).toHaveProperty('errorData', { httpStatusCode: 200, responseBody: body });
});

test.each(['null', '"ERROR"', '["ERROR"]', '{"encryptedData":"ERROR"}', 'ERROR', '', '{"status":"OK"}'])(
  '%s with status 200 says no error',
  async (body) => {
    expect(await clientOf(async () => new Response(body)).post('/x', '')).toBe(body);
  },
);
