/** What a genuine server refuses of encrypted requests and of bodies. */
import { describe, expect, test } from 'vitest';
import type { PowerAuthCryptogram } from '../../../src/index.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { type GenuineClient, send, withField } from './client.ts';
import {
  INTEGRATION,
  SERVER,
  TOKENS,
  REPLAY,
  OK,
  NO_SIGNATURE,
  NO_REQUEST,
  TOKEN_ERROR,
  NO_ACTIVATION,
  setStage,
  type Row,
} from './refusals.ts';

let server: PowerAuthTestServer;
let client: GenuineClient;
const refuses = setStage((stage) => ({ server, client } = stage));

describe('encrypted requests', () => {
  const encrypt = async (it: GenuineClient, scope: 'application' | 'activation') => {
    const encryptor =
      scope === 'application'
        ? it.powerAuth.getEncryptorForApplicationScope()
        : it.powerAuth.getEncryptorForActivationScope();
    const { cryptogram, header } = await encryptor.encryptRequest('x');
    return { cryptogram, header: header.value };
  };
  const post = (scope: string, header: string, cryptogram: PowerAuthCryptogram) =>
    send(server, `/api/encrypted/${scope}`, {
      headers: { 'X-PowerAuth-Encryption': header },
      body: JSON.stringify(cryptogram),
    });
  const scopes = ['application', 'activation'] as const;
  const no = { status: 500 };
  const provider = `${INTEGRATION}: PowerAuthEncryptionProviderBase`;

  test.each(scopes)('are good in the scope of the %s', async (scope) => {
    const { cryptogram, header } = await encrypt(client, scope);
    expect(await post(scope, header, cryptogram)).toEqual(OK);
  });

  refuses(
    scopes.flatMap((scope): Row[] => [
      {
        what: `${scope}: the same again`,
        source: REPLAY,
        attempt: async (it) => {
          const { cryptogram, header } = await encrypt(it, scope);
          expect(await post(scope, header, cryptogram)).toEqual(OK);
          return post(scope, header, cryptogram);
        },
        refusal: no,
      },
      {
        what: `${scope}: what came with a wrong MAC before`,
        source: REPLAY,
        attempt: async (it) => {
          const { cryptogram, header } = await encrypt(it, scope);
          const mac = `${'A'.repeat(43)}=`;
          expect(await post(scope, header, { ...cryptogram, mac })).toEqual(no);
          return post(scope, header, cryptogram);
        },
        refusal: no,
      },
      ...(
        ['temporaryKeyId', 'ephemeralPublicKey', 'encryptedData', 'mac', 'nonce', 'timestamp'] as const
      ).map((name) => ({
        what: `${scope}: without ${name}`,
        source: 'powerauth-crypto: EciesRequestResponseValidator',
        attempt: async (it: GenuineClient) => {
          const { cryptogram, header } = await encrypt(it, scope);
          return post(scope, header, { ...cryptogram, [name]: undefined });
        },
        refusal: no,
      })),
      {
        what: `${scope}: an unknown temporary key`,
        source: `${SERVER}: TemporaryKeyBehavior`,
        attempt: async (it) => {
          const { cryptogram, header } = await encrypt(it, scope);
          const temporaryKeyId = 'e43f5f99-e2e9-49f2-bcae-5e32a5e96d22';
          return post(scope, header, { ...cryptogram, temporaryKeyId });
        },
        refusal: no,
      },
      {
        what: `${scope}: a timestamp more than one minute ahead`,
        source: REPLAY,
        attempt: async (it) => {
          const { cryptogram, header } = await encrypt(it, scope);
          server.clockOffset = -65_000;
          return post(scope, header, cryptogram);
        },
        refusal: no,
      },
      {
        what: `${scope}: another application`,
        source: `${SERVER}: EciesEncryptionBehavior`,
        attempt: async (it) => {
          const { cryptogram, header } = await encrypt(it, scope);
          return post(scope, withField(header, 'application_key', 'AAAAAAAAAAAAAAAAAAAAAA=='), cryptogram);
        },
        refusal: no,
      },
      {
        what: `${scope}: another version`,
        source: 'powerauth-crypto: PowerAuthEncryptionHttpHeaderValidator',
        attempt: async (it) => {
          const { cryptogram, header } = await encrypt(it, scope);
          return post(scope, withField(header, 'version', '3.4'), cryptogram);
        },
        refusal: no,
      },
      {
        what: `${scope}: no header`,
        source: provider,
        attempt: async (it) => {
          const { cryptogram } = await encrypt(it, scope);
          return send(server, `/api/encrypted/${scope}`, { body: JSON.stringify(cryptogram) });
        },
        refusal: no,
      },
      {
        what: `${scope}: the header of the other scope`,
        source: 'powerauth-crypto: PowerAuthEncryptionHttpHeaderValidator',
        attempt: async (it) => {
          const [own, other] = [
            await encrypt(it, scope),
            await encrypt(it, scopes[scope === 'application' ? 1 : 0]),
          ];
          return post(scope, other.header, own.cryptogram);
        },
        refusal: no,
      },
    ]),
  );

  refuses([
    {
      what: 'signed and then encrypted, where the handler wants it the other way round',
      source: `${INTEGRATION}: TokenController`,
      attempt: async (it) => {
        const header = await it.sign('possession_biometry', '/api/encrypted/signature', 'x');
        const { cryptogram } = await encrypt(it, 'activation');
        return it.sendHeader(header, '/api/encrypted/signature', JSON.stringify(cryptogram));
      },
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'encrypted and then signed, where both annotations stand above the handler',
      source: `${INTEGRATION}: PowerAuthAuthenticationProviderBase.extractRequestBodyBytes`,
      attempt: async (it) => {
        const body = JSON.stringify((await encrypt(it, 'activation')).cryptogram);
        return it.sendSigned('possession_biometry', '/api/signed/encrypted', body);
      },
      refusal: NO_SIGNATURE,
      costs: 1,
    },
  ]);
});

describe('bodies', () => {
  const json = (path: string, body: string) =>
    send(server, path, { headers: { 'Content-Type': 'application/json' }, body });
  refuses([
    ...['/pa/v3/keystore/create', '/pa/v3/activation/status', '/pa/v3/vault/unlock'].flatMap(
      (path): Row[] => [
        {
          what: `${path}: another type than JSON`,
          source: `${INTEGRATION}: @RequestBody`,
          attempt: () => send(server, path, { headers: { 'Content-Type': 'text/plain' }, body: '{}' }),
          refusal: { status: 415 },
        },
        ...['', '{', '[]', 'null'].map((body) => ({
          what: `${path}: ${body === '' ? 'nothing' : body}`,
          source: `${INTEGRATION}: @RequestBody`,
          attempt: () => json(path, body),
          refusal: { status: 400 },
        })),
      ],
    ),
    {
      what: 'keystore/create without a JWT',
      source: `${INTEGRATION}: KeyStoreController`,
      attempt: () => json('/pa/v3/keystore/create', '{"requestObject":{}}'),
      refusal: { status: 400, message: 'POWER_AUTH_TEMPORARY_KEY_FAILURE' },
    },
    {
      what: 'activation/status without an activation',
      source: `${INTEGRATION}: ActivationController`,
      attempt: () => json('/pa/v3/activation/status', '{"requestObject":{}}'),
      refusal: NO_ACTIVATION,
    },
    {
      what: 'token/remove without its object',
      source: `${INTEGRATION}: TokenController`,
      attempt: (it) => it.sendSigned('possession', '/pa/v3/token/remove', '{}'),
      refusal: NO_REQUEST,
    },
    {
      what: 'token/remove without a token',
      source: `${TOKENS}; ${INTEGRATION}: TokenService`,
      attempt: (it) => it.sendSigned('possession', '/pa/v3/token/remove', '{"requestObject":{}}'),
      refusal: TOKEN_ERROR,
    },
    {
      what: 'token/create without a temporary key',
      source: `${INTEGRATION}: PowerAuthVersionUtil`,
      attempt: (it) => it.sendSigned('possession', '/pa/v3/token/create', '{}'),
      refusal: NO_REQUEST,
    },
    ...(
      [
        ['token/create', TOKEN_ERROR],
        ['recovery/confirm', { status: 401, message: 'POWER_AUTH_RECOVERY_CONFIRM_ERROR' }],
        ['vault/unlock', { status: 400, message: 'POWER_AUTH_SECURE_VAULT_INVALID' }],
      ] as const
    ).map(([path, refusal]) => ({
      what: `${path}: what is encrypted for something else`,
      source: `${INTEGRATION}: TokenService, RecoveryService, SecureVaultService`,
      attempt: async (it: GenuineClient) => {
        const { cryptogram } = await it.powerAuth.getEncryptorForActivationScope().encryptRequest('{}');
        return it.sendSigned('possession_knowledge', `/pa/v3/${path}`, JSON.stringify(cryptogram));
      },
      refusal,
    })),
  ]);
});
