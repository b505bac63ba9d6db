import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PowerAuthAuthentication, PowerAuthError, PowerAuthErrorCode } from '../../src/index.ts';
import { HttpClient } from '../../src/net/client.ts';
import { Endpoints } from '../../src/net/endpoint-requests.ts';
import { concat, utf8 } from '../../src/util/bytes.ts';
import { parseJson } from '../../src/util/validate.ts';
import { activated, activate, PASSWORD, requestsTo, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';
import { throwing } from '../helpers/wrong-values.ts';

/** A client whose requests go to a function, and nowhere else. */
function clientOf(
  fetch: typeof globalThis.fetch,
  options: Partial<ConstructorParameters<typeof HttpClient>[0]> = {},
): HttpClient {
  return new HttpClient({
    baseEndpointUrl: 'https://bank.example',
    enableUnsecureTraffic: false,
    connectionTimeout: 0.05,
    readTimeout: 0.05,
    customHttpHeaders: null,
    basicHttpAuthentication: null,
    fetch,
    ...options,
  });
}

const never = () => new Promise<never>(() => undefined);
const timedOut = error(PowerAuthErrorCode.NETWORK_ERROR, /within 0\.05 s/);

test('a fetch that ignores the signal ends in time all the same', async () => {
  await expect(clientOf(never).post('/x', '')).rejects.toMatchObject(timedOut);
  const silent = async () => new Response(new ReadableStream({ pull: never }));
  await expect(clientOf(silent).post('/x', '')).rejects.toMatchObject(timedOut);

  const ended = new AbortController();
  const canceled = error(PowerAuthErrorCode.OPERATION_CANCELED);
  const fetch = vi.fn(never);
  const request = rejection(clientOf(fetch, { signal: ended.signal }).post('/x', ''));
  ended.abort();
  expect(await request).toMatchObject(canceled);
  await expect(clientOf(fetch, { signal: ended.signal }).post('/x', '')).rejects.toMatchObject(canceled);
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

describe('an answer that drips', () => {
  const drip = async () => {
    let timer: ReturnType<typeof setInterval> | undefined;
    const body = new ReadableStream({
      start: (controller) => {
        timer = setInterval(() => controller.enqueue(Uint8Array.of(0x20)), 5);
      },
      cancel: () => clearInterval(timer),
    });
    onTestFinished(() => clearInterval(timer));
    return new Response(body);
  };

  test('ends in the time of one that comes at once', async () => {
    await expect(clientOf(drip).post('/x', '')).rejects.toMatchObject(timedOut);
  });

  test('keeps its lock no longer than that, and other signed calls go on', async () => {
    const server = await testServer();
    let dripping = 0;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const { pathname } = new URL(input as string);
      if (pathname !== '/pa/v3/signature/validate' || dripping > 0) return globalThis.fetch(input, init);
      dripping++;
      return drip();
    };
    const powerAuth = await testClient(server, { client: { fetch, readTimeout: 1 } });
    await activate(server, powerAuth);
    const calls = await Promise.allSettled([
      powerAuth.validatePassword(PASSWORD),
      powerAuth.validatePassword(PASSWORD),
      powerAuth.tokenStore.requestAccessToken('MyToken', PowerAuthAuthentication.possession()),
    ]);
    // Whose password is stretched first goes first.
    const rejected = calls.slice(0, 2).filter(({ status }) => status === 'rejected');
    expect(rejected).toMatchObject([
      { reason: error('NETWORK_ERROR', /in full within 1 s; .* raise readTimeout$/) },
    ]);
    expect(calls[2].status).toBe('fulfilled');
  });

  test.each([
    [
      'connectionTimeout',
      { connectionTimeout: 0.03, readTimeout: 60 },
      /begin to answer within 0\.03 s.*raise connectionTimeout$/,
    ],
    [
      'readTimeout',
      { connectionTimeout: 60, readTimeout: 0.03 },
      /in full within 0\.03 s.*raise readTimeout$/,
    ],
  ])('a server that says nothing is given up after the shorter time-out, %s', async (_, times, said) => {
    await expect(clientOf(never, times).post('/x', '')).rejects.toMatchObject(error('NETWORK_ERROR', said));
  });

  test('connectionTimeout bounds no body', async () => {
    const slow = async () => {
      const body = new ReadableStream({
        pull: async (controller) => {
          await new Promise((resolve) => setTimeout(resolve, 60));
          controller.enqueue(utf8('{}'));
          controller.close();
        },
      });
      return new Response(body);
    };
    const client = clientOf(slow, { connectionTimeout: 0.02, readTimeout: 60 });
    expect(await client.post('/x', '')).toBe('{}');
  });
});

test.each([
  ['connectionTimeout', { connectionTimeout: 0.2, readTimeout: 60 }],
  ['readTimeout', { connectionTimeout: 60, readTimeout: 0.2 }],
])('an answer that came while the thread was busy wins over %s', async (_, times) => {
  const body = JSON.stringify({ text: 'x'.repeat(50_000) });
  // In a thread of its own: it answers while this one is busy.
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
    const server = require('node:http').createServer((_, response) => {
      Atomics.wait(workerData.seen, 0, 0, 50);
      response.flushHeaders();
      for (const half of [workerData.body.slice(0, 99), workerData.body.slice(99)]) response.write(half);
      response.end(() => { Atomics.store(workerData.seen, 0, 1); Atomics.notify(workerData.seen, 0); });
    });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true, workerData: { body, seen: new Int32Array(new SharedArrayBuffer(4)) } },
  );
  onTestFinished(async () => {
    await worker.terminate();
  });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const client = clientOf(globalThis.fetch, {
    baseEndpointUrl: `http://127.0.0.1:${port}`,
    enableUnsecureTraffic: true,
    ...times,
  });
  const answer = client.post('/x', '');
  // The request leaves, then nothing runs here until long after the time.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const until = performance.now() + 350;
  while (performance.now() < until);
  expect(await answer).toBe(body);
});

describe('a fetch of another make', () => {
  const bytes = (text: string) => utf8(text).buffer;
  const MAKES: readonly (readonly [title: string, make: (text: string) => object])[] = [
    [
      'whose body is a stream of Node',
      (text) => ({ body: Readable.from([text]), arrayBuffer: async () => bytes(text) }),
    ],
    ['without a body', (text) => ({ arrayBuffer: async () => bytes(text) })],
    ['whose body is null', (text) => ({ body: null, arrayBuffer: async () => bytes(text) })],
    ['with text alone', (text) => ({ text: async () => text })],
  ];
  const fetchOf = (response: object) => async () => response as Response;

  test.each(MAKES)('%s is read', async (_, make) => {
    expect(await clientOf(fetchOf({ status: 200, ...make('{"a":"é"}') })).post('/x', '')).toBe('{"a":"é"}');
    const refused = clientOf(fetchOf({ status: 401, ...make('{}') })).post('/x', '');
    await expect(refused).rejects.toMatchObject(error('AUTHENTICATION_ERROR'));
  });

  test.each(MAKES)('%s has the same bounds', async (_, make) => {
    const most = `"${'x'.repeat(2 ** 20 - 2)}"`;
    expect(await clientOf(fetchOf({ status: 200, ...make(most) })).post('/x', '')).toBe(most);
    const tooLong = clientOf(fetchOf({ status: 200, ...make(`${most} `) })).post('/x', '');
    await expect(tooLong).rejects.toMatchObject(error('RESPONSE_ERROR', /at most 1048576 bytes/));
    const silent = { status: 200, ...make(''), arrayBuffer: never, text: never };
    await expect(clientOf(fetchOf(silent)).post('/x', '')).rejects.toMatchObject(timedOut);
  });

  test('is not asked for what it says is too long', async () => {
    const arrayBuffer = vi.fn(never);
    const long = { status: 200, headers: new Headers({ 'Content-Length': '1048577' }), arrayBuffer };
    await expect(clientOf(fetchOf(long)).post('/x', '')).rejects.toMatchObject(error('RESPONSE_ERROR'));
    expect(arrayBuffer).not.toHaveBeenCalled();
  });

  test('does all that an activation needs', async () => {
    const server = await testServer();
    const fetch = async (...request: Parameters<typeof globalThis.fetch>) => {
      const response = await globalThis.fetch(...request);
      return { status: response.status, arrayBuffer: async () => response.arrayBuffer() } as Response;
    };
    const powerAuth = await testClient(server, { client: { fetch } });
    await activate(server, powerAuth);
    await powerAuth.validatePassword(PASSWORD);
  });
});

describe('what the json() of fetch takes is taken, and nothing else', () => {
  const time = 1_800_000_000_000;
  const answer = `{"status":"OK","responseObject":{"serverTime":${time}}}`;
  const withBytes = (...parts: readonly (string | readonly number[])[]) =>
    concat(...parts.map((part) => (typeof part === 'string' ? utf8(part) : Uint8Array.from(part))));
  const BODIES: readonly (readonly [title: string, body: Uint8Array, headers?: HeadersInit])[] = [
    ['a mark of byte order', withBytes('\uFEFF', answer)],
    ['two marks of byte order', withBytes('\uFEFF\uFEFF', answer)],
    ['white space around it', withBytes('\t\r\n ', answer, '\n')],
    ['white space that JSON has not', withBytes('\u00a0', answer)],
    [
      'bytes that are no UTF-8 in a member that nobody reads',
      withBytes('{"x":"', [0xff, 0xc0], '",', answer.slice(1)),
    ],
    ['bytes that are no UTF-8 around it', withBytes([0xff], answer)],
    ['bytes cut in the middle of a character', withBytes(answer, [0xe2, 0x82])],
    ['a lone surrogate', withBytes('{"x":"\\ud800",', answer.slice(1))],
    ['a member twice', withBytes('{"status":"ERROR",', answer.slice(1))],
    ['a member called __proto__', withBytes('{"__proto__":{"status":"ERROR"},', answer.slice(1))],
    ['UTF-16', new Uint8Array(Buffer.from(`\uFEFF${answer}`, 'utf16le'))],
    ['another type', withBytes(answer), { 'Content-Type': 'text/html; charset=iso-8859-1' }],
    ['no type', withBytes(answer), {}],
    ['a comment', withBytes('/**/', answer)],
    ['a comma too many', withBytes(answer.slice(0, -1), ',}')],
    ['nothing', withBytes()],
    ['a number in another notation', withBytes(answer.replace(String(time), '1.8e12'))],
  ];

  test.each(BODIES.map(([title, body, headers]) => ({ title, body, headers })))(
    '$title',
    async ({ body, headers = { 'Content-Type': 'application/json' } }) => {
      const respond = () => new Response(body as BodyInit, { headers });
      const taken = await respond()
        .json()
        .then((json: { responseObject: { serverTime: number } }) => json.responseObject.serverTime)
        .catch(() => undefined);
      const asked = new Endpoints(clientOf(async () => respond())).serverStatus();
      if (taken === undefined) await expect(asked).rejects.toMatchObject(error('RESPONSE_ERROR'));
      else expect(await asked).toBe(taken);
      expect(parseJson(body)).toEqual(await respond().json().catch(() => undefined)); // prettier-ignore
    },
  );
});
