/** What a genuine server refuses of signature headers and of the queries that they cover. */
import { describe, expect, test } from 'vitest';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { GenuineClient, refusalOf, send, withoutField, WRONG_PASSWORD } from './client.ts';
import {
  SIGNED,
  INTEGRATION,
  SERVER,
  HEADERS,
  FILTER,
  CANONICAL,
  OK,
  NO_SIGNATURE,
  changed,
  field,
  setStage,
} from './refusals.ts';

let server: PowerAuthTestServer;
let client: GenuineClient;
const refuses = setStage((stage) => ({ server, client } = stage));

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
