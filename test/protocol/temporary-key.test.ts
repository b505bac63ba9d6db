/** What a temporary key may claim about its time. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { importPublicKey } from '../../src/protocol/keys.ts';
import {
  temporaryKeyFromResponse,
  temporaryKeyRequest,
  type TemporaryKey,
} from '../../src/protocol/temporary-key.ts';
import { error } from '../helpers/error.ts';
import {
  activation,
  activationId,
  application,
  deviceKeys,
  exchangesWith,
  scopeOf,
} from '../helpers/recording.ts';
import { b64 } from '../helpers/vectors.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
// SubjectPublicKeyInfo ends with the uncompressed point.
const point = importPublicKey(publicKey.export({ format: 'der', type: 'spki' }).subarray(-65));
const expected = { applicationKey: 'application', challenge: 'challenge', publicKey: point };
const DAY = 24 * 3_600_000;
/** Years away from any clock here, which must not matter. */
const ISSUED = Date.UTC(2001, 1, 3);

/** The key out of an answer that the server has signed. */
function keyThat(claims: { iat_ms: unknown; exp_ms: unknown }): Promise<TemporaryKey> {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { applicationKey, challenge } = expected;
  const key = { sub: 'id', publicKey: Buffer.from(point).toString('base64') };
  const signed = `${encode({ alg: 'ES256' })}.${encode({ ...key, applicationKey, challenge, ...claims })}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return temporaryKeyFromResponse(`${signed}.${signature.toString('base64url')}`, expected);
}

test.each([
  ['5 minutes', 300_000],
  ['a millisecond', 1],
  ['a day', DAY],
])('that lives for %s is taken, whatever the clock says here', async (_, life) => {
  for (const issued of [0, ISSUED, Date.now(), Date.UTC(2200, 1, 3)]) {
    expect(await keyThat({ iat_ms: issued, exp_ms: issued + life })).toMatchObject({
      id: 'id',
      issuedAt: issued,
      expiresAt: issued + life,
    });
  }
});

test.each([0, 1, 60_000, ISSUED])(
  'that expired %i ms before its answer was signed is refused',
  async (past) => {
    const refused = error(PowerAuthErrorCode.ENCRYPTION_ERROR, new RegExp(`expired ${past} ms before`));
    await expect(keyThat({ iat_ms: ISSUED, exp_ms: ISSUED - past })).rejects.toMatchObject(refused);
  },
);

test.each([DAY + 1, 365 * DAY, Number.MAX_SAFE_INTEGER - ISSUED])(
  'that is to live for %i ms is renewed after a day',
  async (life) => {
    expect((await keyThat({ iat_ms: ISSUED, exp_ms: ISSUED + life })).expiresAt).toBe(ISSUED + DAY);
  },
);

test.each([
  ['iat_ms', -1],
  ['iat_ms', 1.5],
  ['iat_ms', '0'],
  ['iat_ms', undefined],
  ['exp_ms', 1e300],
  ['exp_ms', null],
])('whose %s is %j is refused', async (field, value) => {
  const refused = error(
    PowerAuthErrorCode.ENCRYPTION_ERROR,
    new RegExp(`^temporary key\\.${field}: expected`),
  );
  const claims = { iat_ms: ISSUED, exp_ms: ISSUED + 1, [field]: value };
  await expect(keyThat(claims)).rejects.toMatchObject(refused);
});

describe.each(exchangesWith(({ temporaryKeys }) => temporaryKeys !== undefined && temporaryKeys.length > 0))(
  '%s',
  (_, exchange) => {
    test('temporary keys', async () => {
      const { temporaryKeys = [], ecies = [] } = exchange;
      for (const { scope, challenge, request, response } of temporaryKeys) {
        expect(temporaryKeyRequest({ ...scopeOf(scope), challenge })).toBe(request);
        const wanted = {
          applicationKey: application.key,
          challenge,
          ...(scope === 'activation' ? { activationId } : {}),
          publicKey:
            scope === 'activation' ? activation.serverPublicKey : importPublicKey(b64(application.master)),
        };
        const key = await temporaryKeyFromResponse(response, wanted);
        expect(key.expiresAt - key.issuedAt).toBe(300_000);
        expect(
          ecies.some(
            ({ temporaryKeyId, temporaryPublicKey }) =>
              temporaryKeyId === key.id &&
              Buffer.compare(importPublicKey(b64(temporaryPublicKey)), key.publicKey) === 0,
          ),
        ).toBe(true);
        const [header = '', claims = '', sig = ''] = response.split('.');
        for (const [jwt, change] of [
          [response, { challenge: 'other' }],
          [response, { applicationKey: 'other' }],
          [response, { activationId: 'other' }],
          [response, { publicKey: deviceKeys.publicKey }],
          [`${header}.${claims}.${sig.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`, {}],
          [`${header}.${claims}`, {}],
          [`${header}.${claims}.${sig}.`, {}],
          [`${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`, {}],
          [`${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${claims}.${sig}`, {}],
          ['', {}],
        ] as const) {
          await expect(temporaryKeyFromResponse(jwt, { ...wanted, ...change })).rejects.toMatchObject({
            code: PowerAuthErrorCode.ENCRYPTION_ERROR,
          });
        }
      }
    });
  },
);
