/** The description of the admin API, held to the code: the same routes, and answers that fit their schemas. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PowerAuthAuthentication } from '../../../src/index.ts';
import { openApi } from '../../../src/testing/admin/openapi.ts';
import { ROUTES } from '../../../src/testing/admin/routes.ts';
import { PowerAuthTestServer } from '../../../src/testing/index.ts';
import * as inputs from '../../../src/testing/inputs.ts';
import { activate, PASSWORD, testClient } from '../../helpers/client.ts';
import { adminServer, type AdminReply, type Ask } from './support.ts';

interface Described {
  readonly 'x-server-member'?: string;
  readonly operationId: string;
  readonly requestBody?: { readonly required: boolean };
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(openApi, 'api');

const escape = (name: string): string => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
const validator = (...path: string[]): ValidateFunction =>
  ajv.compile({ $ref: `api#/${path.map(escape).join('/')}` });

const operations = new Map(
  Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'parameters')
      .map(([method, described]) => [`${method.toUpperCase()} ${path}`, described as Described] as const),
  ),
);

test('it is well-formed OpenAPI 3.1', () => {
  expect(openApi.openapi).toMatch(/^3\.1\./);
  for (const [route, { responses }] of operations) {
    expect(Object.keys(responses), route).toContain('default');
    const [method = '', path = ''] = route.split(' ');
    // Each compiles, with all that it refers to.
    for (const [status, { content }] of Object.entries(responses)) {
      if (content === undefined) continue;
      validator(
        'paths',
        path,
        method.toLowerCase(),
        'responses',
        status,
        'content',
        'application/json',
        'schema',
      );
    }
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = (openApi.paths[path]?.['parameters'] ?? []) as { name: string }[];
    expect(
      declared.map(({ name }) => name),
      path,
    ).toEqual(names);
  }
});

test('each operation has a name of its own for generated clients: mostly that of the member', () => {
  const ids = [...operations.values()].map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  const others = [...operations.values()].filter((it) => it.operationId !== it['x-server-member']);
  expect(others.length).toBeLessThan(7);
});

test('a body that can be left out is one without required fields', async () => {
  const { ask } = await adminServer();
  for (const [route, { requestBody }] of operations) {
    const [method = '', path = ''] = route.split(' ');
    if (requestBody === undefined || path.includes('{')) continue;
    const { status } = await ask(method, path);
    expect([route, status === 400]).toEqual([route, requestBody.required]);
  }
});

test('the code has each route of the description, and the reverse', () => {
  expect([...operations.keys()].sort()).toEqual(Object.keys(ROUTES).sort());
});

test('each member of the server has a route, and the reverse', async () => {
  const { server } = await adminServer();
  const members = [...Object.getOwnPropertyNames(PowerAuthTestServer.prototype), ...Object.keys(server)];
  // The end of the process closes it; the configuration contains the others.
  const others = ['constructor', 'close', 'baseUrl', 'mobileSdkConfig'];
  const named = [...operations.values()].flatMap((it) => it['x-server-member'] ?? []);
  expect([...new Set(named)].sort()).toEqual(members.filter((name) => !others.includes(name)).sort());
});

/** Compares what is sent and answered with the description, and remembers what was seen. */
function watched(ask: Ask, seen: Set<string>): Ask {
  return async (method, path, body, headers) => {
    const [route] = [...operations.keys()].filter((name) => {
      const [verb, pattern = ''] = name.split(' ');
      return verb === method && new RegExp(`^${pattern.replace(/\{\w+\}/, '[^/]+')}(\\?.*)?$`).test(path);
    });
    const reply = await ask(method, path, body, headers);
    if (route === undefined) throw new Error(`${method} ${path} is not described`);
    const [, pattern = ''] = route.split(' ');
    const described = operations.get(route);
    const status = String(reply.status) in (described?.responses ?? {}) ? String(reply.status) : 'default';
    seen.add(`${route} ${status}`);
    const at = ['paths', pattern, method.toLowerCase()];
    const fits = (where: string[], value: unknown): boolean => {
      const validate = validator(...at, ...where, 'content', 'application/json', 'schema');
      const isGood = validate(value);
      if (where[0] === 'responses') expect(validate.errors ?? [], `${route} ${status}`).toEqual([]);
      return isGood;
    };
    const { content } = described?.responses[status] ?? {};
    if (content === undefined) expect([route, reply.body]).toEqual([route, undefined]);
    else fits(['responses', status], reply.body);
    // What the schema refuses, the server refuses; and the reverse.
    if (described?.requestBody !== undefined && typeof body !== 'string') {
      expect([route, body, fits(['requestBody'], body ?? {})]).toEqual([route, body, reply.status !== 400]);
    }
    return reply;
  };
}

const idOf = ({ body }: AdminReply): string => (body as { activationId: string }).activationId;

test('every answer fits its schema', async () => {
  const seen = new Set<string>();
  const { server, ask: plain } = await adminServer();
  const ask = watched(plain, seen);
  const powerAuth = await testClient(server);
  const activationId = await activate(server, powerAuth);
  const knowledge = PowerAuthAuthentication.password(PASSWORD);
  const missing = '00000000-0000-4000-8000-000000000000';

  await ask('GET', '/health');
  expect((await ask('GET', '/openapi.json')).body).toEqual(openApi);
  expect((await ask('GET', '/configuration')).body).toMatchObject(server.configuration);
  const created = await ask('POST', '/activations', {
    userId: 'alice',
    otp: '1234',
    maxFailCount: 3,
    validity: 1000,
  });
  await ask('GET', '/activations');
  const coded = { activationCode: 'AAAAA-AAAAA-AAAAA-AAAAA' };
  expect((await ask('POST', '/activations', coded)).status).toBe(201);
  expect((await ask('POST', '/activations', coded)).status).toBe(409);
  expect((await ask('GET', '/keys')).body).toEqual(server.keys);
  await ask('GET', `/activations/${idOf(created)}`);
  await ask('GET', `/activations/${missing}`);
  await ask('POST', `/activations/${idOf(created)}/commit`);
  for (const verb of ['commit', 'block', 'unblock']) await ask('POST', `/activations/${missing}/${verb}`);
  await ask('POST', `/activations/${activationId}/commit`);
  expect((await ask('POST', `/activations/${activationId}/block`, { expiresAt: 1e15 })).body).toMatchObject({
    state: 'BLOCKED',
  });
  await ask('POST', `/activations/${activationId}/unblock`);
  expect((await ask('DELETE', `/activations/${idOf(created)}`)).body).toMatchObject({ state: 'REMOVED' });
  for (const verb of ['block', 'unblock']) await ask('POST', `/activations/${idOf(created)}/${verb}`);
  await ask('DELETE', `/activations/${missing}`);

  const { tokenIdentifier } = await powerAuth.tokenStore.requestAccessToken('T', knowledge);
  await ask('GET', '/tokens');
  const { value } = await powerAuth.tokenStore.generateHeaderForToken('T');
  const accepted = await ask('POST', '/tokens/verify', {
    header: value,
    signatureTypes: ['possession_knowledge'],
  });
  expect(accepted.body).toMatchObject({ valid: true, tokenId: tokenIdentifier, activationId });
  expect((await ask('POST', '/tokens/verify', { header: value })).body).toEqual({ valid: false });
  await ask('DELETE', `/tokens/${tokenIdentifier}`);
  await ask('DELETE', `/tokens/${tokenIdentifier}`);

  const bytes = Uint8Array.of(0, 255);
  const signed = await powerAuth.requestSignature(knowledge, 'POST', '/x', bytes);
  const body = { method: 'POST', uriId: '/x', bodyBase64: Buffer.from(bytes).toString('base64') };
  const signer = (await ask('POST', '/signatures/verify', { header: signed.value, ...body })).body;
  expect(signer).toMatchObject({ valid: true, signatureType: 'possession_knowledge' });
  const get = await powerAuth.requestGetSignature(knowledge, '/y', new URLSearchParams('a=1'));
  const query = { header: get.value, method: 'GET', uriId: '/y', query: '?a=1' };
  expect((await ask('POST', '/signatures/verify', query)).body).toMatchObject({ valid: true });
  expect((await ask('POST', '/signatures/verify', query)).body).toEqual({ valid: false });

  const signature = await powerAuth.signDataWithDevicePrivateKey(knowledge, 'I agree');
  const device = { activationId, data: 'I agree', signature };
  expect((await ask('POST', '/device-signatures/verify', device)).body).toEqual({ valid: true });
  await ask('POST', '/device-signatures/verify', { ...device, activationId: missing });

  const offline = await ask('POST', '/offline-payloads', {
    data: 'A1',
    lines: ['x'],
    linesAfter: [],
    activationId,
  });
  await ask('POST', '/offline-payloads', { data: 'A1', activationId: missing });
  const { nonce } = offline.body as { nonce: string };
  const typed = await powerAuth.offlineSignature(knowledge, '/z', nonce, 'A1');
  const input = { activationId, uriId: '/z', nonce, data: 'A1', signature: typed };
  expect((await ask('POST', '/offline-signatures/verify', input)).body).toEqual({ valid: true });

  const { body: postcard } = await ask('POST', '/recovery-codes', {
    userId: 'bob',
    pukCount: 2,
    confirmed: true,
  });
  const { recoveryCode } = postcard as { recoveryCode: string };
  for (const method of ['GET', 'DELETE']) {
    await ask(method, `/recovery-codes/${recoveryCode}`);
    await ask(method, '/recovery-codes/unknown');
  }
  const without = await adminServer({ activationRecovery: false });
  await watched(without.ask, seen)('POST', '/recovery-codes', {});

  const fault = { path: '/pa/v3/status', count: 1, status: 503, body: 'x', delay: 0 };
  await ask('POST', '/faults', fault);
  expect((await ask('GET', '/faults')).body).toEqual([fault]);
  expect((await fetch(`${server.baseUrl}/pa/v3/status`, { method: 'POST' })).status).toBe(503);
  await ask('DELETE', '/faults');
  expect(((await ask('GET', '/requests')).body as object[]).at(-1)).toMatchObject({ status: 503 });
  const all = (await ask('GET', '/requests')).body as object[];
  expect((await ask('GET', '/requests?last=1')).body).toEqual(all.slice(-1));
  expect((await ask('GET', '/requests?last=0')).status).toBe(400);
  expect((await ask('GET', '/requests?first=1')).status).toBe(400);
  await ask('DELETE', '/requests');
  expect((await ask('GET', '/requests')).body).toEqual([]);
  expect((await ask('PUT', '/clock', { offset: -5 })).body).toMatchObject({ offset: -5 });
  expect(server.clockOffset).toBe(-5);
  await ask('GET', '/clock');
  await ask('POST', '/reset');
  expect([server.activations, server.clockOffset]).toEqual([[], 0]);

  const described = [...operations].flatMap(([route, { responses }]) =>
    Object.keys(responses)
      .filter((status) => status !== 'default')
      .map((status) => `${route} ${status}`),
  );
  expect([...seen].filter((name) => !name.endsWith('default')).sort()).toEqual(described.sort());
});

describe('the schemas refuse what the server refuses', () => {
  test.each([
    ['/activations', { user: 'alice' }],
    ['/activations', { userId: 5 }],
    ['/activations', { activationCode: 'AAAAA-AAAAA-AAAAA-AAAA' }],
    ['/activations', { userId: '' }],
    ['/activations', { maxFailCount: 0 }],
    ['/activations', { validity: 1.5 }],
    ['/activations', { validity: 1_000_000_000_001 }],
    ['/activations', []],
    ['/tokens/verify', {}],
    ['/tokens/verify', { header: 'x', signatureTypes: ['knowledge'] }],
    ['/signatures/verify', { header: 'x', method: 'post', uriId: '/x' }],
    ['/device-signatures/verify', { activationId: 'x', signature: 'x', signatureFormat: 'RAW' }],
    ['/offline-payloads', { data: 'x', lines: [1] }],
    [
      '/offline-signatures/verify',
      { activationId: 'x', uriId: '/', nonce: '', data: '', signature: '', componentLength: 9 },
    ],
    ['/recovery-codes', { pukCount: 0 }],
    ['/recovery-codes', { pukCount: 101 }],
    ['/faults', {}],
    ['/faults', { path: '/x' }],
    ['/faults', { status: 99 }],
    ['/faults', { path: 'x', status: 500 }],
    ['/faults', { delay: -1 }],
    ['/faults', { delay: 2 ** 31 }],
  ])('POST %s %j', async (path, body) => {
    const { ask, server } = await adminServer();
    const reply = await watched(ask, new Set())('POST', path, body);
    expect(reply).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
    expect([server.activations, server.faults]).toEqual([[], expect.anything()]);
  });

  test('what is passed to a method of the server is checked there alone, and named as the body', async () => {
    const { ask, server } = await adminServer();
    const { activationId } = server.createActivation();
    const checked = vi.spyOn(inputs, 'checked');
    onTestFinished(() => checked.mockRestore());
    for (const [path, good, bad, message] of [
      ['/activations', { userId: 'alice' }, { userId: 5 }, 'body.userId: expected a non-empty string'],
      ['/recovery-codes', {}, { pukCount: 0 }, 'body.pukCount: expected a whole number from 1 to 100'],
      ['/faults', { delay: 0 }, { delay: '0' }, 'body.delay: expected a whole number from 0'],
      [
        `/activations/${activationId}/block`,
        {},
        { expiresAt: -1 },
        'body.expiresAt: expected a whole number',
      ],
    ] as const) {
      const refused = await ask('POST', path, bad);
      expect(refused).toMatchObject({
        status: 400,
        body: { error: { message: expect.stringContaining(message) as string } },
      });
      checked.mockClear();
      await ask('POST', path, good);
      expect(checked, path).toHaveBeenCalledOnce();
    }
  });

  test.each([
    { offset: '5' },
    { offset: 0.5 },
    { offset: 1_000_000_000_001 },
    { offset: -1_000_000_000_001 },
    {},
    { offset: 1, x: 1 },
  ])('PUT /clock %j', async (body) => {
    const { ask } = await adminServer();
    expect((await watched(ask, new Set())('PUT', '/clock', body)).status).toBe(400);
  });
});
