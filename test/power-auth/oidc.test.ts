/** Activations by a login at a provider of OpenID Connect, which runs for real. */

import { createHash, randomBytes } from 'node:crypto';
import { Events, OAuth2Server } from 'oauth2-mock-server';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuthOIDCParameters,
} from '../../src/index.ts';
import type { PowerAuthTestOidcProvider } from '../../src/testing/index.ts';
import { expectNothingLeft, PASSWORD, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { NO_STRINGS } from '../helpers/wrong-values.ts';

const CREATE = '/pa/v3/activation/create';
const REDIRECT = 'http://127.0.0.1:1/callback';
const REFUSED = {
  ...error(PowerAuthErrorCode.RESPONSE_ERROR),
  errorData: { httpStatusCode: 400, serverResponseCode: 'ERR_ACTIVATION' },
};

const idp = new OAuth2Server();
/** A request to the provider's token endpoint. */
interface Exchange {
  readonly body: Record<string, unknown>;
  readonly headers: { readonly authorization?: string };
}
let exchanges: { body: Record<string, unknown>; authorization: string | undefined }[] = [];

/** Changes the claims of the next ID tokens. */
const claiming = (claims: object) =>
  idp.service.on(Events.BeforeTokenSigning, ({ payload }: { payload: object }) => {
    Object.assign(payload, claims);
  });

beforeAll(async () => {
  await idp.issuer.keys.generate('RS256');
  await idp.start(0, '127.0.0.1');
});
afterEach(() => {
  exchanges = [];
  idp.service.removeAllListeners();
});
afterAll(() => idp.stop());

const provider = (change: Partial<PowerAuthTestOidcProvider> = {}): PowerAuthTestOidcProvider => ({
  providerId: 'bank-id',
  issuerUri: idp.issuer.url ?? '',
  clientId: 'bank',
  clientSecret: 'top secret',
  redirectUri: REDIRECT,
  ...change,
});

/** What a user who logs in brings back; the provider's page redirects at once. */
async function login(usesPkce = true): Promise<PowerAuthOIDCParameters> {
  const nonce = randomBytes(16).toString('base64url');
  const codeVerifier = usesPkce ? randomBytes(32).toString('base64url') : undefined;
  const url = new URL(`${idp.issuer.url}/authorize`);
  const query = {
    response_type: 'code',
    client_id: 'bank',
    redirect_uri: REDIRECT,
    scope: 'openid',
    nonce,
    ...(codeVerifier !== undefined && {
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
    }),
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await fetch(url, { redirect: 'manual' });
  const code = new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';
  return { providerId: 'bank-id', code, nonce, ...(codeVerifier !== undefined && { codeVerifier }) };
}

const activationOf = (parameters: PowerAuthOIDCParameters) =>
  PowerAuthActivation.createWithOIDCParameters(parameters, 'My laptop');

async function client(change: Partial<PowerAuthTestOidcProvider> = {}) {
  const server = await testServer({ oauth2Providers: [provider(change)] });
  return { server, powerAuth: await testClient(server) };
}

describe('a login', () => {
  test.each([true, false])(
    'becomes an activation of its user that is active at once (PKCE %s)',
    async (usesPkce) => {
      claiming({ sub: 'alice' });
      const { server, powerAuth } = await client();
      const activation = activationOf(await login(usesPkce));
      activation.extras = 'kiosk';
      activation.customAttributes = { primary: true };
      const result = await powerAuth.createActivation(activation);
      expect(result).toMatchObject({ customAttributes: { primary: true }, userInfo: { sub: 'alice' } });
      await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
      const activationId = (await powerAuth.getActivationIdentifier()) ?? '';
      expect(server.activation(activationId)).toMatchObject({
        userId: 'alice',
        state: 'ACTIVE',
        activationName: 'My laptop',
        extras: 'kiosk',
      });
      await powerAuth.validatePassword(PASSWORD);
      const sent = server.requests.find(({ path }) => path === CREATE);
      expect(sent?.body).not.toContain('oidc');
    },
  );

  test('is exchanged by the server alone, with its own secret', async () => {
    idp.service.on(Events.BeforeResponse, (_: unknown, { body, headers }: Exchange) => {
      exchanges.push({ body, authorization: headers.authorization });
    });
    const parameters = await login();
    const { powerAuth } = await client();
    await powerAuth.createActivation(activationOf(parameters));
    expect(exchanges).toEqual([
      {
        body: {
          grant_type: 'authorization_code',
          client_id: 'bank',
          redirect_uri: REDIRECT,
          code: parameters.code,
          code_verifier: parameters.codeVerifier,
        },
        authorization: `Basic ${Buffer.from('bank:top secret').toString('base64')}`,
      },
    ]);
  });
});

describe('the server refuses', () => {
  const attempts: readonly (readonly [
    string,
    (parameters: PowerAuthOIDCParameters) => PowerAuthOIDCParameters,
  ])[] = [
    ['another nonce', (parameters) => ({ ...parameters, nonce: 'another' })],
    ['another code', (parameters) => ({ ...parameters, code: 'another' })],
    ['another code verifier', (parameters) => ({ ...parameters, codeVerifier: 'x'.repeat(43) })],
    ['a provider that it does not know', (parameters) => ({ ...parameters, providerId: 'another' })],
  ];
  test.each(attempts)('%s', async (_, change) => {
    const { powerAuth } = await client();
    await expect(powerAuth.createActivation(activationOf(change(await login())))).rejects.toMatchObject(
      REFUSED,
    );
    await expectNothingLeft(powerAuth);
  });

  test('a login without PKCE where it is required', async () => {
    const { powerAuth } = await client({ pkceEnabled: true });
    await expect(powerAuth.createActivation(activationOf(await login(false)))).rejects.toMatchObject(REFUSED);
    await powerAuth.createActivation(activationOf(await login()));
  });

  test.each<readonly [string, Record<string, unknown>]>([
    ['another audience', { aud: 'another' }],
    ['another issuer', { iss: 'http://another.example' }],
    ['the past', { exp: 1 }],
    ['another access token', { at_hash: 'AAAA' }],
    ['no nonce', { nonce: undefined }],
  ])('an ID token of %s', async (_, claims) => {
    claiming(claims);
    const { powerAuth } = await client();
    await expect(powerAuth.createActivation(activationOf(await login()))).rejects.toMatchObject(REFUSED);
  });

  test('an ID token of another algorithm, and a provider that is away', async () => {
    const { powerAuth } = await client({ signatureAlgorithm: 'ES256' });
    await expect(powerAuth.createActivation(activationOf(await login()))).rejects.toMatchObject(REFUSED);
    const away = await client({ issuerUri: 'http://127.0.0.1:1' });
    await expect(away.powerAuth.createActivation(activationOf(await login()))).rejects.toMatchObject(REFUSED);
  });

  test('a one-time password', async () => {
    const { server, powerAuth } = await client();
    const activation = activationOf(await login());
    activation.additionalActivationOtp = '123456';
    await expect(powerAuth.createActivation(activation)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_ACTIVATION_DATA),
    );
    expect(server.requests).toEqual([]);
  });
});

describe('parameters', () => {
  const GOOD = { providerId: 'bank-id', code: 'c', nonce: 'n', codeVerifier: 'v' };
  test.each(['providerId', 'code', 'nonce', 'codeVerifier'])('without %s send nothing', async (name) => {
    const { server, powerAuth } = await client();
    const wrong = NO_STRINGS.filter(([, value]) => name !== 'codeVerifier' || value !== undefined);
    for (const [title, value] of [...wrong, ['the empty string', ''] as const]) {
      await expect(
        powerAuth.createActivation(activationOf({ ...GOOD, [name]: value })),
        title,
      ).rejects.toMatchObject(
        error(
          PowerAuthErrorCode.INVALID_ACTIVATION_OBJECT,
          new RegExp(`^activation\\.oidcParameters\\.${name}: expected a non-empty string, got `),
        ),
      );
    }
    expect(server.requests).toEqual([]);
  });

  test('are in no JSON and no copy of the activation', () => {
    const activation = activationOf(GOOD);
    expect(activation.oidcParameters).toEqual(GOOD);
    expect(JSON.stringify(activation)).toBe('{"activationName":"My laptop"}');
    expect(Object.assign({}, activation)).toEqual({ activationName: 'My laptop' });
  });
});
