/**
 * What a genuine server refuses, row by row, each with the repository and class that say so (PowerAuth Server and
 * RESTful integration 1.9.0). Which factors each endpoint takes is in `factor-lists.test.ts`.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PowerAuthActivation, PowerAuthAuthentication, type PowerAuthCryptogram } from '../../src/index.ts';
import { startPowerAuthTestServer, type PowerAuthTestServer } from '../../src/testing/index.ts';
import {
  authenticationOf,
  GenuineClient,
  refusalOf,
  send,
  withField,
  withoutField,
  WRONG_PASSWORD,
  type Refusal,
} from './genuine-server.ts';

const SIGNED = '/api/protected/signature';
const OFFLINE = { uriId: '/operation/authorize/offline', data: 'A1*A100EUR' };
const INTEGRATION = 'powerauth-restful-integration';
const SERVER = 'powerauth-server';
const HEADERS = 'powerauth-crypto: PowerAuthSignatureHttpHeaderValidator';
const FILTER = `${INTEGRATION}: PowerAuthRequestFilterBase`;
const CANONICAL = 'powerauth-crypto: PowerAuthRequestCanonizationUtils';
const TOKENS = `${SERVER}: TokenBehavior`;
const REPLAY = `${SERVER}: DefaultReplayVerificationService`;

const OK: Refusal = { status: 200 };
const NO_SIGNATURE: Refusal = { status: 401, message: 'POWER_AUTH_SIGNATURE_INVALID' };
const NO_TOKEN: Refusal = { status: 401, message: 'POWER_AUTH_TOKEN_INVALID' };
const NO_REQUEST: Refusal = { status: 401, message: 'POWER_AUTH_REQUEST_INVALID' };
const TOKEN_ERROR: Refusal = { status: 401, message: 'POWER_AUTH_TOKEN_ERROR' };
const NO_ACTIVATION: Refusal = { status: 400, message: 'POWER_AUTH_ACTIVATION_INVALID' };

interface Row {
  readonly what: string;
  readonly source: string;
  readonly attempt: (client: GenuineClient) => Promise<Refusal>;
  readonly refusal: Refusal;
  /** Attempts that it costs. Default 0. */
  readonly costs?: number;
}

let server: PowerAuthTestServer;
let client: GenuineClient;

beforeAll(async () => {
  server = await startPowerAuthTestServer();
  client = await GenuineClient.activated(server);
  const { tokenStore } = client.powerAuth;
  const knowledge = authenticationOf('possession_knowledge');
  await tokenStore.requestAccessToken('T', knowledge);
});
afterEach(() => {
  server.clockOffset = 0;
});
afterAll(async () => {
  await client.powerAuth.deconfigure();
  await server.close();
});

const refuses = (rows: readonly Row[]) =>
  test.each(rows.map((row) => [row.what, row.source, row] as const))(
    '%s (%s)',
    async (_, __, { attempt, refusal, costs = 0 }) => {
      expect(await attempt(client)).toEqual(refusal);
      expect(server.activation(client.activationId)?.failCount).toBe(costs);
      // Makes good what the row cost, and brings the server's counter up to the client's.
      server.clockOffset = 0;
      expect(await client.sendSigned('possession_biometry', '/pa/v3/signature/validate')).toEqual(OK);
    },
  );

/** Signs with biometry and sends a changed header. */
const changed = (change: (header: string) => string) => (it: GenuineClient) =>
  it.sendSigned('possession_biometry', SIGNED, 'body', change);
const field = (name: string, value: string) => changed((header) => withField(header, name, value));

describe('signature headers', () => {
  test('are good without a change', async () => {
    expect(await changed((header) => header)(client)).toEqual(OK);
  });

  refuses([
    ...[
      'pa_version',
      'pa_activation_id',
      'pa_application_key',
      'pa_nonce',
      'pa_signature_type',
      'pa_signature',
    ].map((name) => ({
      what: `without ${name}`,
      source: HEADERS,
      attempt: changed((header) => withoutField(header, name)),
      refusal: NO_SIGNATURE,
    })),
    ...(
      [
        ['pa_version', '3.4'],
        ['pa_version', ''],
        ['pa_activation_id', 'no UUID'],
        ['pa_application_key', 'AAAA'],
        ['pa_nonce', 'AAAA'],
        ['pa_nonce', '????????????????????????'],
        ['pa_signature_type', 'everything'],
        ['pa_signature', 'AAAA'],
        ['pa_signature', '????????????????????????????????????????????'],
      ] as const
    ).map(([name, value]) => ({
      what: `${name}="${value}"`,
      source: HEADERS,
      attempt: field(name, value),
      refusal: NO_SIGNATURE,
    })),
    {
      what: 'factors that no endpoint lists',
      source: `${INTEGRATION}: PowerAuth (annotation)`,
      attempt: field('pa_signature_type', 'knowledge'),
      refusal: NO_SIGNATURE,
    },
    {
      what: 'another scheme than PowerAuth',
      source: 'powerauth-crypto: PowerAuthHttpHeader',
      attempt: changed((header) => header.replace('PowerAuth', 'Bearer')),
      refusal: NO_SIGNATURE,
    },
    {
      what: 'an unknown activation',
      source: `${SERVER}: OnlineSignatureServiceBehavior`,
      attempt: field('pa_activation_id', 'e43f5f99-e2e9-49f2-bcae-5e32a5e96d22'),
      refusal: NO_SIGNATURE,
    },
    {
      what: 'another application',
      source: `${SERVER}: SignatureSharedServiceBehavior.handleInvalidApplicationVersion`,
      attempt: field('pa_application_key', 'AAAAAAAAAAAAAAAAAAAAAA=='),
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'other factors than those that signed',
      source: `${SERVER}: SignatureSharedServiceBehavior`,
      attempt: field('pa_signature_type', 'possession_knowledge'),
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'a wrong password',
      source: `${SERVER}: SignatureSharedServiceBehavior`,
      attempt: (it) => refusalOf(it.powerAuth.removeActivationWithAuthentication(WRONG_PASSWORD)),
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'another method',
      source: 'powerauth-crypto: PowerAuthHttpBody',
      attempt: async (it) => {
        const headers = { 'X-PowerAuth-Authorization': await it.sign('possession_biometry', SIGNED) };
        return send(server, SIGNED, { method: 'PUT', headers });
      },
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'another uriId',
      source: 'powerauth-crypto: PowerAuthHttpBody',
      attempt: async (it) => it.sendHeader(await it.sign('possession_biometry', '/other')),
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'another body',
      source: 'powerauth-crypto: PowerAuthHttpBody',
      attempt: async (it) => it.sendHeader(await it.sign('possession_biometry', SIGNED, 'x'), SIGNED, 'y'),
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'a header that came before',
      source: `${SERVER}: SignatureSharedServiceBehavior`,
      attempt: async (it) => {
        const header = await it.sign('possession_biometry', SIGNED);
        expect(await it.sendHeader(header)).toEqual(OK);
        return it.sendHeader(header);
      },
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'a header of before the last one',
      source: `${SERVER}: SignatureSharedServiceBehavior`,
      attempt: async (it) => {
        const early = await it.sign('possession_biometry', SIGNED);
        expect(await it.sendHeader(await it.sign('possession_biometry', SIGNED))).toEqual(OK);
        return it.sendHeader(early);
      },
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'Base64 that says the same with other characters',
      source: 'powerauth-crypto: SignatureUtils.validatePowerAuthSignature',
      // The last character of 32 bytes has two bits to spare.
      attempt: changed((header) =>
        header.replace(/(.)="$/, (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}="`),
      ),
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'no header where Spring wants one',
      source: `${INTEGRATION}: ActivationController.removeActivation`,
      attempt: () => send(server, '/pa/v3/activation/remove'),
      refusal: { status: 400 },
    },
    {
      what: 'no header where the controller wants one',
      source: `${INTEGRATION}: SecureVaultController`,
      attempt: () =>
        send(server, '/pa/v3/vault/unlock', { headers: { 'Content-Type': 'application/json' }, body: '{}' }),
      refusal: NO_SIGNATURE,
    },
    {
      what: 'a method that the endpoint does not know',
      source: `${INTEGRATION}: SignatureController`,
      attempt: () => send(server, '/pa/v3/signature/validate', { method: 'PATCH' }),
      refusal: { status: 405 },
    },
  ]);

  test(`more than 19 counter values skipped (${SERVER}: application.properties, signatureValidationLookahead)`, async () => {
    const own = await GenuineClient.activated(server);
    for (let i = 0; i < 19; i++) await own.sign('possession', SIGNED);
    expect(await own.sendSigned('possession_biometry', SIGNED)).toEqual(OK);
    for (let i = 0; i < 20; i++) await own.sign('possession', SIGNED);
    expect(await own.sendSigned('possession_biometry', SIGNED)).toEqual(NO_SIGNATURE);
    await own.powerAuth.deconfigure();
  });
});

describe('queries of signed GET requests', () => {
  test.each([
    ['pairs in any order', { b: 2, a: 1 }, 'b=2&a=1'],
    ['spaces and letters of any alphabet', { a: 'ž \u{1F600}' }, 'a=%C5%BE+%F0%9F%98%80'],
    ['an equals sign in a value', { a: 'b=c' }, 'a=b%3Dc'],
    ['a name alone, which nobody signs', { a: 1 }, 'a=1&flag'],
    ['what the server sees after decoding twice: a plus sign', { a: ' 420' }, 'a=%2B420'],
    ['what the server sees after decoding twice: an ampersand', { a: '1', b: '2' }, 'a=1%26b%3D2'],
    ['what the server sees after decoding twice: a percent sign', { a: 'A' }, 'a=%2541'],
  ])('are good with %s', async (_, params, query) => {
    expect(await client.sendGet(params, query)).toEqual(OK);
  });

  test('are good the way that docs/signing.md shows', async () => {
    for (const value of ['+420123456789', 'a&b=c', 'x=y', 'ž +&=', '%41', 'a b']) {
      const query = new URLSearchParams({ [`n ${value.replaceAll('%', '')}`]: value }).toString();
      const pairs = decodeURIComponent(query.replaceAll('+', ' ')).split('&');
      const seen = new URLSearchParams(pairs.filter((pair) => pair.includes('=')).join('&'));
      expect(await client.sendGet(seen, query), value).toEqual(OK);
    }
  });

  refuses([
    {
      what: 'a name without a value, though it was signed',
      source: CANONICAL,
      attempt: (it) => it.sendGet({ a: 1, flag: '' }, 'a=1&flag'),
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'a plus sign, signed by the specification',
      source: FILTER,
      attempt: (it) => it.sendGet({ a: '+420' }, 'a=%2B420'),
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'an ampersand, signed by the specification',
      source: FILTER,
      attempt: (it) => it.sendGet({ a: '1&b=2' }, 'a=1%26b%3D2'),
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'an equals sign in a name, signed by the specification',
      source: FILTER,
      attempt: (it) => it.sendGet({ 'a=b': 'c' }, 'a%3Db=c'),
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'a percent sign before two hexadecimal digits, signed by the specification',
      source: FILTER,
      attempt: (it) => it.sendGet({ a: '%41' }, 'a=%2541'),
      refusal: NO_SIGNATURE,
      costs: 1,
    },
    {
      what: 'a percent sign before anything else, at which Java’s URLDecoder throws',
      source: FILTER,
      attempt: (it) => it.sendGet({ a: '&=%' }, 'a=%26%3D%25'),
      refusal: { status: 500 },
    },
    {
      what: 'a query that is malformed at once',
      source: FILTER,
      attempt: (it) => it.sendGet({ a: '' }, 'a=%'),
      refusal: { status: 500 },
    },
  ]);
});

describe('offline signatures', () => {
  const verify = async (
    it: GenuineClient,
    authentication: PowerAuthAuthentication,
    more: { change?: (code: string) => string; signatureType?: string; componentLength?: number } = {},
  ): Promise<Refusal> => {
    const { change = (code: string) => code, ...rest } = more;
    const { nonce } = server.createOfflinePayload({ data: OFFLINE.data, activationId: it.activationId });
    const code = await it.powerAuth.offlineSignature(authentication, OFFLINE.uriId, nonce, OFFLINE.data);
    const { activationId } = it;
    const isGood = server.verifyOfflineSignature({
      ...OFFLINE,
      activationId,
      nonce,
      signature: change(code),
      ...rest,
    });
    return { status: isGood ? 200 : 401 };
  };
  const cut = (code: string) => code.replace(/\d{4}(\d{4})/g, '$1');
  const knowledge = () => authenticationOf('possession_knowledge');
  const biometry = () => authenticationOf('possession_biometry');
  const offline = `${SERVER}: OfflineSignatureServiceBehavior`;

  test('are good with the password, with biometry where that is allowed, and as short as the verifier wants them', async () => {
    expect(await verify(client, knowledge())).toEqual(OK);
    expect(await verify(client, biometry(), { signatureType: 'possession_biometry' })).toEqual(OK);
    expect(await verify(client, knowledge(), { change: cut, componentLength: 4 })).toEqual(OK);
  });

  const no = { status: 401 };
  refuses([
    {
      what: 'cut to 4 digits',
      source: `${offline}, offlineSignatureComponentLength`,
      attempt: (it) => verify(it, knowledge(), { change: cut }),
      refusal: no,
      costs: 1,
    },
    {
      what: '8 digits where 4 are wanted',
      source: offline,
      attempt: (it) => verify(it, knowledge(), { componentLength: 4 }),
      refusal: no,
      costs: 1,
    },
    {
      what: 'possession alone',
      source: offline,
      attempt: (it) => verify(it, authenticationOf('possession')),
      refusal: no,
      costs: 1,
    },
    ...(['possession', 'possession_knowledge_biometry'] as const).map((signatureType) => ({
      what: `${signatureType}, even where one asks for it`,
      source: offline,
      attempt: (it: GenuineClient) => verify(it, authenticationOf(signatureType), { signatureType }),
      refusal: no,
    })),
    {
      what: 'biometry where it is not allowed',
      source: `${offline}, allowBiometry`,
      attempt: (it) => verify(it, biometry()),
      refusal: no,
      costs: 1,
    },
  ]);
});

describe('token headers', () => {
  const at = (milliseconds: number) => async (it: GenuineClient) => {
    server.clockOffset = milliseconds;
    return it.sendToken('T');
  };

  test('are good within their window, up to its ends', async () => {
    expect(await client.sendToken('T')).toEqual(OK);
    expect(await at(2 * 3_600_000 - 5000)(client)).toEqual(OK);
    expect(await at(-55_000)(client)).toEqual(OK);
  });

  refuses([
    ...['version', 'token_id', 'token_digest', 'nonce', 'timestamp'].map((name) => ({
      what: `without ${name}`,
      source: 'powerauth-crypto: PowerAuthTokenHttpHeaderValidator',
      attempt: (it: GenuineClient) => it.sendToken('T', (header) => withoutField(header, name)),
      refusal: NO_TOKEN,
    })),
    ...(
      [
        ['version', '3.4'],
        ['token_id', 'no UUID'],
        ['token_digest', 'AAAA'],
        ['nonce', 'AAAA'],
        ['timestamp', '12345678'],
        ['timestamp', 'now'],
      ] as const
    ).map(([name, value]) => ({
      what: `${name}="${value}"`,
      source: 'powerauth-crypto: PowerAuthTokenHttpHeaderValidator',
      attempt: (it: GenuineClient) => it.sendToken('T', (header) => withField(header, name, value)),
      refusal: NO_TOKEN,
    })),
    {
      what: 'a timestamp more than two hours old',
      source: `${TOKENS}, powerauth.service.token.timestamp.validity`,
      attempt: at(2 * 3_600_000 + 5000),
      refusal: NO_TOKEN,
    },
    {
      what: 'a timestamp more than one minute ahead',
      source: `${REPLAY}, requestExpirationInMilliseconds`,
      attempt: at(-65_000),
      refusal: NO_TOKEN,
    },
    {
      what: 'a timestamp that the digest does not cover',
      source: TOKENS,
      attempt: (it) =>
        it.sendToken('T', (header) => withField(header, 'timestamp', String(Date.now() - 1000))),
      refusal: NO_TOKEN,
    },
    {
      what: 'the same header again',
      source: REPLAY,
      attempt: async (it) => {
        const { value } = await it.powerAuth.tokenStore.generateHeaderForToken('T');
        expect(await it.sendTokenHeader(value)).toEqual(OK);
        return it.sendTokenHeader(value);
      },
      refusal: NO_TOKEN,
    },
    {
      what: 'a nonce that came with a wrong digest',
      source: REPLAY,
      attempt: async (it) => {
        const { value } = await it.powerAuth.tokenStore.generateHeaderForToken('T');
        const wrong = withField(value, 'token_digest', `${'A'.repeat(43)}=`);
        expect(await it.sendTokenHeader(wrong)).toEqual(NO_TOKEN);
        return it.sendTokenHeader(value);
      },
      refusal: NO_TOKEN,
    },
  ]);

  test('have the window that the server is started with', async () => {
    const strict = await startPowerAuthTestServer({ tokenWindow: { back: 300_000, ahead: 300_000 } });
    const own = await GenuineClient.activated(strict);
    await own.powerAuth.tokenStore.requestAccessToken('T', authenticationOf('possession_knowledge'));
    for (const [offset, answer] of [
      [295_000, OK],
      [305_000, NO_TOKEN],
      [-295_000, OK],
      [-305_000, NO_TOKEN],
    ] as const) {
      strict.clockOffset = offset;
      expect(await own.sendToken('T'), String(offset)).toEqual(answer);
    }
    await own.powerAuth.deconfigure();
    await strict.close();
  });
});

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

describe('an activation that is', () => {
  /** Everything that needs an active one. */
  const calls: Readonly<Record<string, (it: GenuineClient) => Promise<Refusal>>> = {
    signature: (it) => it.sendSigned('possession_biometry', SIGNED),
    token: (it) => it.sendToken('T'),
    vault: (it) => refusalOf(it.powerAuth.fetchEncryptionKey(authenticationOf('possession_knowledge'), 1)),
  };

  test(`blocked may nothing until it is unblocked (${SERVER}: OnlineSignatureServiceBehavior, TokenBehavior)`, async () => {
    const own = await GenuineClient.activated(server);
    await own.powerAuth.tokenStore.requestAccessToken('T', authenticationOf('possession_knowledge'));
    server.blockActivation(own.activationId);
    for (const [name, call] of Object.entries(calls)) expect((await call(own)).status, name).toBe(401);
    expect(await refusalOf(own.powerAuth.getEncryptorForActivationScope().encryptRequest('x'))).toEqual(OK);
    server.unblockActivation(own.activationId);
    for (const [name, call] of Object.entries(calls)) expect(await call(own), name).toEqual(OK);
    await own.powerAuth.deconfigure();
  });

  test(`given five wrong passwords is blocked (${SERVER}: SignatureSharedServiceBehavior)`, async () => {
    const own = await GenuineClient.activated(server, 5);
    for (let i = 1; i <= 5; i++) await refusalOf(own.powerAuth.fetchEncryptionKey(WRONG_PASSWORD, 1));
    expect(server.activation(own.activationId)?.state).toBe('BLOCKED');
    expect(await own.sendSigned('possession_biometry', SIGNED)).toEqual(NO_SIGNATURE);
    await own.powerAuth.deconfigure();
  });

  test(`not committed gets no temporary key (${SERVER}: TemporaryKeyBehavior)`, async () => {
    const own = await GenuineClient.configured(server);
    await own.exchangeKeys();
    expect(await refusalOf(own.powerAuth.getEncryptorForActivationScope().encryptRequest('x'))).toEqual({
      status: 400,
      message: 'POWER_AUTH_TEMPORARY_KEY_FAILURE',
    });
    await own.powerAuth.deconfigure();
  });

  test(`not committed for five minutes is removed (${SERVER}: ActivationServiceBehavior.deactivatePendingActivation)`, async () => {
    const own = await GenuineClient.configured(server);
    await own.exchangeKeys();
    server.clockOffset = 305_000;
    expect(() => server.commitActivation(own.activationId)).toThrow(/REMOVED/);
    await own.powerAuth.deconfigure();
  });
});

describe('an activation is not made', () => {
  const create = async (activation: PowerAuthActivation, at = server): Promise<Refusal> => {
    const own = await GenuineClient.configured(at);
    try {
      return await refusalOf(own.powerAuth.createActivation(activation));
    } finally {
      await own.powerAuth.deconfigure();
    }
  };
  const byCode = (options: { otp?: string; maxFailCount?: number } = {}, otp?: string) => {
    const { activationCode, activationId } = server.createActivation(options);
    const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
    if (otp !== undefined) activation.additionalActivationOtp = otp;
    return { activation, activationId };
  };
  const activations = `${SERVER}: ActivationServiceBehavior`;

  refuses([
    {
      what: 'with a code that is five minutes old',
      source: `${activations}, activationValidityInMilliseconds`,
      attempt: async () => {
        // A server of its own: the temporary key that other clients share would have expired as well.
        const late = await startPowerAuthTestServer();
        try {
          const { activationCode } = late.createActivation();
          late.clockOffset = 305_000;
          const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'test');
          return await create(activation, late);
        } finally {
          await late.close();
        }
      },
      refusal: NO_ACTIVATION,
    },
    {
      what: 'with a code that was used',
      source: activations,
      attempt: async () => {
        const { activation } = byCode();
        expect(await create(activation)).toEqual(OK);
        return create(activation);
      },
      refusal: NO_ACTIVATION,
    },
    {
      what: 'with a name that the database has no room for',
      source: `${SERVER}: Database-Structure.md, activation_name`,
      attempt: () => {
        const { activation } = byCode();
        activation.activationName = 'x'.repeat(256);
        return create(activation);
      },
      refusal: NO_ACTIVATION,
    },
    {
      what: 'by identity attributes that are no texts',
      source: `${INTEGRATION}: ActivationLayer1Request`,
      attempt: () =>
        create(
          PowerAuthActivation.createWithIdentityAttributes({ username: 'alice', more: { a: 1 } }, 'test'),
        ),
      refusal: NO_ACTIVATION,
    },
    {
      what: 'by the code of an activation that was recovered with it',
      source: `${activations}.createActivationUsingRecoveryCode`,
      attempt: async () => {
        const own = await GenuineClient.configured(server);
        const { activationCode, activationId } = server.createActivation();
        const { activationRecovery } = await own.powerAuth.createActivation(
          PowerAuthActivation.createWithActivationCode(activationCode, 'test'),
        );
        await own.powerAuth.deconfigure();
        server.commitActivation(activationId);
        const { recoveryCode = '', puk = '' } = activationRecovery ?? {};
        const recover = () => create(PowerAuthActivation.createWithRecoveryCode(recoveryCode, puk, 'test'));
        expect(await recover()).toEqual(OK);
        expect(server.recoveryCode(recoveryCode)?.state).toBe('REVOKED');
        return recover();
      },
      refusal: NO_ACTIVATION,
    },
  ]);

  test(`with a wrong one-time password, which costs an attempt, nor without one, which costs none (${activations}.validateActivationOtp)`, async () => {
    const missing = byCode({ otp: '123456', maxFailCount: 2 });
    expect(await create(missing.activation)).toEqual(NO_ACTIVATION);
    expect(server.activation(missing.activationId)?.failCount).toBe(0);
    const wrong = byCode({ otp: '123456', maxFailCount: 2 }, '654321');
    for (const state of ['CREATED', 'REMOVED']) {
      expect(await create(wrong.activation)).toEqual(NO_ACTIVATION);
      expect(server.activation(wrong.activationId)?.state).toBe(state);
    }
  });

  test(`by recovery if there is none (${SERVER}: RecoveryServiceBehavior, ActivationServiceBehavior)`, async () => {
    const without = await startPowerAuthTestServer({ activationRecovery: false });
    expect(() => without.createRecoveryCode()).toThrow(/activationRecovery/);
    const { recoveryCode } = server.createRecoveryCode();
    const activation = PowerAuthActivation.createWithRecoveryCode(recoveryCode, '0123456789', 'test');
    expect(await create(activation, without)).toEqual(NO_ACTIVATION);
    const own = await GenuineClient.activated(without);
    const knowledge = authenticationOf('possession_knowledge');
    expect(await refusalOf(own.powerAuth.confirmRecoveryCode(recoveryCode, knowledge))).toEqual({
      status: 401,
      message: 'POWER_AUTH_RECOVERY_CONFIRM_ERROR',
    });
    await own.powerAuth.deconfigure();
    await without.close();
  });
});
