/** Several applications on one server, and several versions of one. */

import { expect, test } from 'vitest';
import { PowerAuthActivation, PowerAuthAuthentication } from '../../../src/index.ts';
import { memoryStorage } from '../../../src/storage/memory.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { activate, PASSWORD, statusOf, testClient, testServer } from '../../helpers/client.ts';
import { call, refused, result } from './call.ts';

const MAIN = 'PowerAuthJsTestClient-Application';
const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);

/** What a client of a version is configured with. */
async function configurationOf(server: PowerAuthTestServer, applicationId: string, version = 'default') {
  const { masterPublicKey, versions } = await result(server, 'application/detail', { applicationId });
  const found = (versions as Record<string, unknown>[]).find(
    (one) => one['applicationVersionId'] === version,
  );
  return {
    applicationKey: String(found?.['applicationKey']),
    applicationSecret: String(found?.['applicationSecret']),
    masterServerPublicKey: String(masterPublicKey),
    baseEndpointUrl: server.baseUrl,
  };
}

/** A code for an application, as in a QR code. */
async function codeFor(server: PowerAuthTestServer, applicationId: string) {
  const init = await result(server, 'activation/init', { userId: 'alice', applicationId });
  const [id, code, signature] = ['activationId', 'activationCode', 'activationSignature'].map((name) =>
    String(init[name]),
  );
  return { activationId: id ?? '', code: [code, signature].join('#') };
}

async function activatedIn(server: PowerAuthTestServer, applicationId: string, version?: string) {
  const powerAuth = await testClient({
    configuration: await configurationOf(server, applicationId, version),
  });
  const { activationId, code } = await codeFor(server, applicationId);
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(code, 'Phone'));
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
  await result(server, 'activation/commit', { activationId });
  return { powerAuth, activationId };
}

test('each application has keys of its own, and everything works in it', async () => {
  const server = await testServer();
  expect(await result(server, 'application/create', { applicationId: 'Bank' })).toEqual({
    applicationId: 'Bank',
    applicationRoles: [],
  });
  const configuration = await configurationOf(server, 'Bank');
  for (const [name, value] of Object.entries(server.configuration)) {
    if (name !== 'baseEndpointUrl') expect(Object.values(configuration)).not.toContain(value);
  }
  const { powerAuth, activationId } = await activatedIn(server, 'Bank');
  expect(await result(server, 'activation/status', { activationId })).toMatchObject({
    applicationId: 'Bank',
  });
  await powerAuth.validatePassword(PASSWORD);
  await powerAuth.fetchEncryptionKey(KNOWLEDGE, 1);
  await powerAuth.tokenStore.requestAccessToken('T', KNOWLEDGE);
  const header = await powerAuth.tokenStore.generateHeaderForToken('T');
  expect(await statusOf(server, header, '/api/protected/token')).toBe(200);
  expect(await powerAuth.fetchUserInfo()).toMatchObject({ sub: 'alice' });
  const { applicationKey } = configuration;
  expect(await result(server, 'application/detail/version', { applicationKey })).toEqual({
    applicationId: 'Bank',
  });
  const offline = { applicationId: 'Bank', data: 'A1' };
  const { offlineData } = await result(server, 'signature/offline/non-personalized/create', offline);
  const [, signed = '', signature = ''] = /^([^]*\n0)(.*)$/.exec(String(offlineData)) ?? [];
  expect(await powerAuth.verifyServerSignedData(signed, signature, true)).toBe(true);
});

test('codes, activations and lists of one application are not those of another', async () => {
  const server = await testServer();
  await result(server, 'application/create', { applicationId: 'Bank' });
  const { activationId } = await activatedIn(server, 'Bank');
  const listed = async (applicationId: string) =>
    (await result(server, 'activation/list', { userId: 'alice', applicationId }))['activations'];
  expect(await listed('Bank')).toMatchObject([{ activationId, applicationId: 'Bank' }]);
  expect(await listed(MAIN)).toEqual([]);

  const { code } = await codeFor(server, 'Bank');
  const stranger = await testClient(server);
  const [text = ''] = code.split('#');
  const activation = PowerAuthActivation.createWithActivationCode(text, 'Phone');
  await expect(stranger.createActivation(activation)).rejects.toMatchObject({ code: 'RESPONSE_ERROR' });
});

test('an activation is of no use with the keys of another application', async () => {
  const server = await testServer();
  await result(server, 'application/create', { applicationId: 'Bank' });
  const settings = { instanceId: 'two-applications', storage: memoryStorage() };
  const first = await testClient(server, settings);
  const activationId = await activate(server, first);
  await first.deconfigure();
  const second = await testClient({ configuration: await configurationOf(server, 'Bank') }, settings);
  await expect(second.validatePassword(PASSWORD)).rejects.toMatchObject({ code: 'AUTHENTICATION_ERROR' });
  expect(server.activation(activationId)?.failCount).toBe(1);
  await expect(second.fetchUserInfo()).rejects.toMatchObject({ name: 'PowerAuthError' });
  expect(server.requests.at(-1)).toMatchObject({ path: '/pa/v3/keystore/create', status: 400 });
});

test('clients of an unsupported version get no temporary keys', async () => {
  const server = await testServer();
  const ids = { applicationId: MAIN, applicationVersionId: 'default' };
  await result(server, 'application/version/unsupport', ids);
  const { code } = await codeFor(server, MAIN);
  const powerAuth = await testClient(server);
  const activation = PowerAuthActivation.createWithActivationCode(code, 'Phone');
  await expect(powerAuth.createActivation(activation)).rejects.toMatchObject({ name: 'PowerAuthError' });
  expect(server.requests.at(-1)).toMatchObject({ path: '/pa/v3/keystore/create', status: 400 });
  await result(server, 'application/version/support', ids);
  await powerAuth.createActivation(activation);
});

test('a version more', async () => {
  const server = await testServer();
  const ids = { applicationId: MAIN, applicationVersionId: '2' };
  const version = await result(server, 'application/version/create', ids);
  expect(version).toMatchObject({ applicationVersionId: '2', supported: true });
  const { powerAuth } = await activatedIn(server, ids.applicationId, '2');
  await powerAuth.validatePassword(PASSWORD);
  const support = (method: string) => result(server, `application/version/${method}`, ids);
  expect(await support('unsupport')).toEqual({ applicationVersionId: '2', supported: false });
  await expect(powerAuth.validatePassword(PASSWORD)).rejects.toMatchObject({ code: 'AUTHENTICATION_ERROR' });
  expect(await support('support')).toEqual({ applicationVersionId: '2', supported: true });
  await powerAuth.validatePassword(PASSWORD);
});

test.each<[string, string, object]>([
  ['ERR0043', 'create', { applicationId: MAIN }],
  ['ERR0024', 'create', {}],
  ['ERR0024', 'create', { applicationId: '' }],
  ['ERR0024', 'create', { applicationId: 'x'.repeat(256) }],
  ['ERR0043', 'version/create', { applicationId: MAIN, applicationVersionId: 'default' }],
  ['ERR0015', 'version/create', { applicationId: 'another', applicationVersionId: '2' }],
  ['ERR0024', 'version/create', { applicationId: MAIN }],
  ['ERR0015', 'version/support', { applicationId: MAIN, applicationVersionId: '2' }],
  ['ERR0024', 'version/unsupport', { applicationId: MAIN }],
])('%s from application/%s for %j', async (code, method, fields) => {
  expect(await call(await testServer(), `application/${method}`, fields)).toEqual(refused(code));
});
