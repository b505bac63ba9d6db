/**
 * Which factors each endpoint takes, as the genuine server's annotations and services have it.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import { startPowerAuthTestServer, type PowerAuthTestSignatureType } from '../../../src/testing/index.ts';
import { authenticationOf, GenuineClient, refusalOf, type Refusal } from './client.ts';

const TYPES = [
  'possession',
  'possession_knowledge',
  'possession_biometry',
  'possession_knowledge_biometry',
] as const satisfies readonly PowerAuthTestSignatureType[];
const ALL: readonly PowerAuthTestSignatureType[] = TYPES;
const DEFAULT = ALL.slice(1);

const SIGNATURE_INVALID = { status: 401, message: 'POWER_AUTH_SIGNATURE_INVALID' };

interface Endpoint {
  /** Repository and class that say so. */
  readonly source: string;
  readonly allowed: readonly PowerAuthTestSignatureType[];
  readonly refusal: Refusal;
  readonly call: (client: GenuineClient, type: PowerAuthTestSignatureType) => Promise<Refusal>;
  /** Whether a refused type comes after the signature, so that its counter value is used up. */
  readonly verifiesFirst?: boolean;
}

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/pa/v3/activation/remove': {
    source: 'powerauth-restful-integration: ActivationController, PowerAuthAuthenticationProviderBase',
    allowed: DEFAULT,
    refusal: SIGNATURE_INVALID,
    call: (client, type) => client.sendSigned(type, '/pa/v3/activation/remove'),
  },
  '/pa/v3/vault/unlock': {
    source:
      'powerauth-server: VaultUnlockServiceBehavior; powerauth-restful-integration: SecureVaultService, PowerAuthExceptionHandler',
    allowed: ['possession_knowledge'],
    refusal: { status: 400, message: 'POWER_AUTH_SECURE_VAULT_INVALID' },
    call: (client, type) => refusalOf(client.powerAuth.fetchEncryptionKey(authenticationOf(type), 1)),
  },
  '/pa/v3/recovery/confirm': {
    source: 'powerauth-restful-integration: RecoveryController',
    allowed: ['possession_knowledge'],
    refusal: SIGNATURE_INVALID,
    call: (client, type) =>
      refusalOf(
        client.powerAuth.confirmRecoveryCode(
          client.server.createRecoveryCode().recoveryCode,
          authenticationOf(type),
        ),
      ),
  },
  '/pa/v3/activation/rename': {
    source: 'powerauth-restful-integration: ActivationController, PowerAuthAnnotationInterceptor',
    allowed: TYPES.slice(1, 3),
    refusal: SIGNATURE_INVALID,
    call: (client, type) => refusalOf(client.powerAuth.renameActivation(authenticationOf(type), 'x')),
  },
  '/pa/v3/token/create': {
    source:
      'powerauth-restful-integration: TokenController; TokenService and SignatureTypeConverter for three',
    allowed: TYPES.slice(0, 3),
    refusal: { status: 401, message: 'POWER_AUTH_TOKEN_ERROR' },
    call: (client, type) =>
      refusalOf(client.powerAuth.tokenStore.requestAccessToken(type, authenticationOf(type))),
    verifiesFirst: true,
  },
  '/pa/v3/token/remove': {
    source: 'powerauth-restful-integration: TokenController',
    allowed: ALL,
    refusal: SIGNATURE_INVALID,
    call: (client, type) =>
      client.sendSigned(type, '/pa/v3/token/remove', '{"requestObject":{"tokenId":"unknown"}}'),
  },
  '/pa/v3/signature/validate': {
    source: 'powerauth-restful-integration: SignatureController',
    allowed: ALL,
    refusal: SIGNATURE_INVALID,
    call: (client, type) => client.sendSigned(type, '/pa/v3/signature/validate'),
  },
  '/api/protected/signature': {
    source: 'powerauth-restful-integration: PowerAuth (annotation), its default',
    allowed: DEFAULT,
    refusal: SIGNATURE_INVALID,
    call: (client, type) => client.sendSigned(type, '/api/protected/signature'),
  },
  '/api/possession/signature': {
    source: 'powerauth-restful-integration: PowerAuth (annotation) with every signatureType',
    allowed: ALL,
    refusal: SIGNATURE_INVALID,
    call: (client, type) => client.sendSigned(type, '/api/possession/signature'),
  },
  '/api/encrypted/signature': {
    source: 'powerauth-restful-integration: PowerAuth (annotation), its default',
    allowed: DEFAULT,
    refusal: SIGNATURE_INVALID,
    call: async (client, type) => {
      const { cryptogram } = await client.powerAuth.getEncryptorForActivationScope().encryptRequest('x');
      return client.sendSigned(type, '/api/encrypted/signature', JSON.stringify(cryptogram));
    },
  },
  '/api/signed/encrypted': {
    source: 'powerauth-restful-integration: PowerAuth and PowerAuthEncryption (annotations), their defaults',
    allowed: DEFAULT,
    refusal: SIGNATURE_INVALID,
    call: async (client, type) => {
      const header = await client.sign(type, '/api/signed/encrypted', 'x');
      const { cryptogram } = await client.powerAuth.getEncryptorForActivationScope().encryptRequest('x');
      return client.sendHeader(header, '/api/signed/encrypted', JSON.stringify(cryptogram));
    },
  },
};

describe.each(Object.entries(ENDPOINTS))('%s', (path, endpoint) => {
  test.each(TYPES)(`and %s (${endpoint.source})`, async (type) => {
    const server = await startPowerAuthTestServer();
    onTestFinished(() => server.close());
    const client = await GenuineClient.activated(server);
    const isAllowed = endpoint.allowed.includes(type);
    const answer = await endpoint.call(client, type);
    expect(answer).toEqual(isAllowed ? { status: 200 } : endpoint.refusal);
    expect(server.requests.at(-1)?.path).toBe(path);
    const { failCount, counter, state } = server.activation(client.activationId) ?? {};
    expect(failCount).toBe(0);
    expect(counter).toBe(isAllowed || endpoint.verifiesFirst === true ? 1 : 0);
    expect(state).toBe(isAllowed && path === '/pa/v3/activation/remove' ? 'REMOVED' : 'ACTIVE');
    await client.powerAuth.deconfigure();
  });
});

test.each([
  [
    '/api/protected/token',
    'PowerAuthToken (annotation), its default',
    ['possession_knowledge', 'possession_biometry'],
  ],
  [
    '/api/possession/token',
    'PowerAuthToken (annotation) with every signatureType',
    ['possession', 'possession_knowledge', 'possession_biometry'],
  ],
] as const)(
  '%s takes tokens of its factors (powerauth-restful-integration: %s)',
  async (path, _, allowed) => {
    const server = await startPowerAuthTestServer();
    onTestFinished(() => server.close());
    const client = await GenuineClient.activated(server);
    for (const type of TYPES.slice(0, 3)) {
      await client.powerAuth.tokenStore.requestAccessToken(type, authenticationOf(type));
      const isAllowed = (allowed as readonly string[]).includes(type);
      const refusal = { status: 401, message: 'POWER_AUTH_TOKEN_INVALID' };
      expect(await client.sendToken(type, undefined, path)).toEqual(isAllowed ? { status: 200 } : refusal);
    }
    await client.powerAuth.deconfigure();
  },
);

test('the detail of an activation takes tokens of two factors (ActivationController)', async () => {
  const server = await startPowerAuthTestServer();
  onTestFinished(() => server.close());
  const client = await GenuineClient.activated(server);
  for (const type of TYPES.slice(0, 3)) {
    await client.powerAuth.tokenStore.requestAccessToken(type, authenticationOf(type));
    const answer = await refusalOf(client.powerAuth.fetchActivationDetail(type));
    expect(answer, type).toEqual(type === 'possession' ? SIGNATURE_INVALID : { status: 200 });
  }
  await client.powerAuth.deconfigure();
});

test('biometry unlocks the vault where the server is told so, and three factors never do', async () => {
  const server = await startPowerAuthTestServer({ biometryUnlocksVault: true });
  onTestFinished(() => server.close());
  const client = await GenuineClient.activated(server);
  const statusOf = async (type: PowerAuthTestSignatureType) =>
    (await refusalOf(client.powerAuth.fetchEncryptionKey(authenticationOf(type), 1))).status;
  expect(await statusOf('possession_biometry')).toBe(200);
  expect(await statusOf('possession_knowledge_biometry')).toBe(400);
  await client.powerAuth.deconfigure();
});

test('headers of endpoints of one’s own are held against the factors that one names', async () => {
  const server = await startPowerAuthTestServer();
  onTestFinished(() => server.close());
  const client = await GenuineClient.activated(server);
  const signatureTypes = DEFAULT;
  const request = { method: 'POST', uriId: '/own' };
  const possession = await client.sign('possession', '/own');
  expect(server.verifySignature(possession, { ...request, signatureTypes })).toBeUndefined();
  expect(server.verifySignature(possession, request)?.signatureType).toBe('possession');
  const two = await client.sign('possession_biometry', '/own');
  expect(server.verifySignature(two, { ...request, signatureTypes })?.signatureType).toBe(
    'possession_biometry',
  );
  const { tokenStore } = client.powerAuth;
  await tokenStore.requestAccessToken('T', authenticationOf('possession'));
  const header = async () => (await tokenStore.generateHeaderForToken('T')).value;
  expect(server.verifyToken(await header(), signatureTypes)).toBeUndefined();
  expect(server.verifyToken(await header(), ['possession'])).toBeDefined();
  expect(server.verifyToken(await header())?.signatureType).toBe('possession');
  await client.powerAuth.deconfigure();
});
