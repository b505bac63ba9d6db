/** Which methods there are, the server and its application, and what is refused before a method is called. */

import { expect, test } from 'vitest';
import { PowerAuth } from '../../../src/index.ts';
import { memoryStorage } from '../../../src/storage/memory.ts';
import { testServer } from '../../helpers/client.ts';
import { call, refused, result } from './call.ts';

const applicationId = 'PowerAuthJsTestClient-Application';

test('the status, and the application', async () => {
  const server = await testServer();
  const status = await result(server, 'status');
  expect(status).toMatchObject({ status: 'OK', applicationName: 'powerauth-wasm-testing', version: '1.4.0' });
  expect(Math.abs(Date.parse(String(status['timestamp'])) - Date.now())).toBeLessThan(60_000);
  expect(await result(server, 'application/list')).toEqual({
    applications: [{ applicationId, applicationRoles: [] }],
  });
  const { applicationKey, applicationSecret, masterServerPublicKey } = server.configuration;
  expect(await result(server, 'application/detail', { applicationId })).toEqual({
    applicationId,
    applicationRoles: [],
    masterPublicKey: masterServerPublicKey,
    versions: [
      {
        applicationVersionId: 'default',
        applicationKey,
        applicationSecret,
        mobileSdkConfig: server.mobileSdkConfig,
        supported: true,
      },
    ],
  });
  expect(await result(server, 'application/detail/version', { applicationKey })).toEqual({ applicationId });
  const another = { applicationId: 'another', applicationKey: 'another' };
  expect(await call(server, 'application/detail', another)).toEqual(refused('ERR0015'));
  expect(await call(server, 'application/detail/version', another)).toEqual(refused('ERR0015'));
  expect(await call(server, 'application/detail')).toEqual(refused('ERR0024'));
});

test('the configuration in the detail configures a client', async () => {
  const server = await testServer();
  const { versions } = await result(server, 'application/detail', { applicationId });
  const [version] = versions as { mobileSdkConfig: string }[];
  const powerAuth = new PowerAuth('rest-detail');
  await powerAuth.configure(
    { configuration: version?.mobileSdkConfig ?? '', baseEndpointUrl: server.baseUrl },
    { enableUnsecureTraffic: true },
    undefined,
    { storage: memoryStorage() },
  );
  expect(await powerAuth.canStartActivation()).toBe(true);
  await powerAuth.deconfigure();
});

test.each([
  'activation',
  'activation/history',
  'application/roles/list',
  'operation/create',
  'integration/list',
  'constructor',
  'status/',
])('there is no %s', async (method) => {
  const server = await testServer();
  expect(await call(server, method)).toMatchObject({
    status: 404,
    body: { status: 'ERROR', responseObject: { code: 'ERROR_NOT_FOUND' } },
  });
});

test('servers like 2.2 have no recovery here either', async () => {
  const server = await testServer({ like: '2.2' });
  expect(await call(server, 'recovery/config/detail', { applicationId })).toMatchObject({ status: 404 });
  expect(await call(server, 'application/detail', { applicationId })).toMatchObject({ status: 200 });
});

test.each([
  ['no JSON', '{', 'application/json', 400, 'ERROR_HTTP_REQUEST'],
  ['an array', '[]', 'application/json', 400, 'ERROR_HTTP_REQUEST'],
  ['an empty body', '', 'application/json', 400, 'ERROR_HTTP_REQUEST'],
  ['a requestObject that is a text', '{"requestObject":"x"}', 'application/json', 400, 'ERROR_HTTP_REQUEST'],
  ['no requestObject', '{}', 'application/json', 400, 'ERR0024'],
  ['a requestObject that is null', '{"requestObject":null}', 'application/json', 400, 'ERR0024'],
  ['another type', '{"requestObject":{}}', 'text/plain', 415, undefined],
])('%s', async (_, body, type, status, code) => {
  const server = await testServer();
  const response = await fetch(`${server.baseUrl}/rest/v3/activation/status`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
  const answer = (await response.json()) as { responseObject?: { code: string } };
  expect([response.status, answer.responseObject?.code]).toEqual([status, code]);
});

test('methods are posted', async () => {
  const server = await testServer();
  const response = await fetch(`${server.baseUrl}/rest/v3/status`);
  expect([response.status, await response.json()]).toMatchObject([405, { status: 405 }]);
});

test('requests are listed, and faults apply', async () => {
  const server = await testServer();
  server.faults.add({ path: '/rest/v3/status', count: 1, status: 503, body: '{}' });
  expect(await call(server, 'status')).toMatchObject({ status: 503 });
  expect(await call(server, 'status')).toMatchObject({ status: 200 });
  expect(server.requests.map(({ path, status }) => [path, status])).toEqual([
    ['/rest/v3/status', 503],
    ['/rest/v3/status', 200],
  ]);
});

test('an unexpected failure is an answer, not a hanging request', async () => {
  const server = await testServer();
  // A null byte, a lone surrogate and a name of the language are texts like any other.
  for (const activationId of ['\0', '\ud800', '__proto__', 'toString']) {
    expect(await result(server, 'activation/status', { activationId })).toMatchObject({
      activationStatus: 'REMOVED',
    });
  }
});
