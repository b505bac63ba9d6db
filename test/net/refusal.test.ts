import { describe, expect, test } from 'vitest';
import { PowerAuthErrorCode, type PowerAuthErrorData } from '../../src/errors.ts';
import { refusal, saysError } from '../../src/net/refusal.ts';
import { error } from '../helpers/error.ts';

const { AUTHENTICATION_ERROR, RESPONSE_ERROR } = PowerAuthErrorCode;
const bodyOf = (responseObject: unknown) => JSON.stringify({ status: 'ERROR', responseObject });
const refused = (status: number, body: string) =>
  refusal(status, body) as Error & { readonly errorData: PowerAuthErrorData };

describe('refusal', () => {
  test('status 401 is an AUTHENTICATION_ERROR, any other one a RESPONSE_ERROR with its number', () => {
    expect(refused(401, '')).toMatchObject(error(AUTHENTICATION_ERROR, /HTTP 401/));
    for (const status of [0, 200, 302, 400, 403, 500, 503]) {
      expect(refused(status, '')).toMatchObject(error(RESPONSE_ERROR, new RegExp(`HTTP ${status}\\b`)));
    }
  });

  test('a redirect says where to look, an error with status 200 that it is one', () => {
    for (const status of [0, 300, 302, 399]) expect(refused(status, '').message).toContain('baseEndpointUrl');
    for (const status of [200, 299, 400])
      expect(refused(status, '').message).not.toContain('baseEndpointUrl');
    expect(refused(200, '').message).toMatch(/HTTP 200.* error$/);
  });

  test('keeps what the server said, and its code in the message', () => {
    const body = bodyOf({ code: 'ERR_ACTIVATION', message: 'no', currentRecoveryPukIndex: 2 });
    const shown = refused(400, body);
    expect(shown.errorData).toEqual({
      httpStatusCode: 400,
      responseBody: body,
      serverResponseCode: 'ERR_ACTIVATION',
      serverResponseMessage: 'no',
      currentRecoveryPukIndex: 2,
    });
    expect(shown.message).toContain('HTTP 400, ERR_ACTIVATION');
  });

  test('a key that is not made for an unknown application or activation says so', () => {
    const { message } = refused(400, bodyOf({ code: 'ERR_TEMPORARY_KEY' }));
    expect(message).toMatch(/HTTP 400, ERR_TEMPORARY_KEY: .*application key.*fetchActivationStatus/);
    expect(refused(400, bodyOf({ code: 'ERR_ACTIVATION' })).message).not.toContain('application key');
  });

  test('a code of several lines stays on one', () => {
    expect(refused(400, bodyOf({ code: 'A\nB\u2028C' })).message).not.toMatch(/[\n\u2028]/);
  });

  test('keeps the first 4096 characters of the body and of what is said in it', () => {
    const { errorData } = refused(400, bodyOf({ code: 'c'.repeat(5000), message: 'm'.repeat(5000) }));
    expect(errorData.responseBody).toHaveLength(4096);
    expect(errorData.serverResponseCode).toBe('c'.repeat(4096));
    expect(errorData.serverResponseMessage).toBe('m'.repeat(4096));
  });

  test.each([
    ['no JSON', 'Bad Gateway'],
    ['nothing', ''],
    ['null', 'null'],
    ['an array', '[]'],
    ['no object in it', bodyOf(null)],
    ['members of other types', bodyOf({ code: 5, message: {}, currentRecoveryPukIndex: '2' })],
    ['an index of no PUK', bodyOf({ currentRecoveryPukIndex: 0 })],
    ['half an index', bodyOf({ currentRecoveryPukIndex: 1.5 })],
    ['an index too large', bodyOf({ currentRecoveryPukIndex: 2 ** 53 })],
  ])('of a body that is or has %s, only the body is kept', (_, body) => {
    expect(refused(500, body).errorData).toEqual({ httpStatusCode: 500, responseBody: body });
  });
});

test.each<readonly [boolean, readonly (string | undefined)[]]>([
  [true, ['{"status":"ERROR"}', ' {"status":"ERROR","responseObject":null} ']],
  [
    false,
    [
      undefined,
      '',
      'ERROR',
      'null',
      '"ERROR"',
      '[{"status":"ERROR"}]',
      '{"status":"error"}',
      '{"a":{"status":"ERROR"}}',
    ],
  ],
])('saysError is %s', (expected, bodies) => {
  for (const body of bodies) expect(saysError(body), String(body)).toBe(expected);
});
