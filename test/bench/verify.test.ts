import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { headerText, message } from '../../bench/lib/header.mjs';
import { assertHeaders, fault, faultOfJwt } from '../../bench/lib/verify.mjs';

const token = { id: '4056baad-1128-4ecf-a1e8-da61e90754f5', secret: new Uint8Array(16).fill(7) };

function header({
  id = token.id,
  secret = token.secret,
  nonce = randomBytes(16),
  timestamp = Date.now(),
} = {}): string {
  const digest = createHmac('sha256', secret).update(message(nonce, timestamp)).digest('base64');
  return headerText(id, digest, nonce.toString('base64'), timestamp);
}

describe('a header', () => {
  test('that is right has no fault', () => {
    expect(fault(header(), token)).toBeUndefined();
  });

  test('may have its fields in another order', () => {
    const [, version = '', rest = ''] = /^PowerAuth (version="3\.3"), (.*)$/.exec(header()) ?? [];
    expect(fault(`PowerAuth ${rest}, ${version}`, token)).toBeUndefined();
  });

  test.each([
    ['of another version', header().replace('3.3', '3.2'), /another version/],
    ['with a field twice', header().replace('version="3.3"', 'nonce="", version="3.3"'), /text/],
    ['without a field', header().replace('version="3.3", ', ''), /text/],
    ['with a field more', header().replace('version', 'x="", version'), /text/],
    ['with a time that is none', header().replace(/timestamp="\d+/, 'timestamp="x'), /digest is wrong/],
    ['of another token', header({ id: 'other' }), /another token/],
    ['of another secret', header({ secret: new Uint8Array(16) }), /digest is wrong/],
    ['that is old', header({ timestamp: Date.now() - 660_000 }), /not now/],
    ['with another nonce', header().replace(/nonce="./, 'nonce="!'), /nonce/],
    [
      'with another time',
      header().replace(/\d"$/, (end) => `${(Number(end[0]) + 1) % 10}"`),
      /digest is wrong/,
    ],
    ['with text behind it', `${header()} `, /text/],
  ])('%s has one', (_what, value, expected) => {
    expect(fault(value, token)).toMatch(expected);
  });
});

describe('headers of a contestant', () => {
  test('pass when all are right', () => {
    expect(() => assertHeaders('it', [header(), header()], token)).not.toThrow();
  });

  test('do not pass when one is wrong, when two are equal, or when there are none', () => {
    const one = header();
    expect(() => assertHeaders('it', [one, header({ id: 'other' })], token)).toThrow(
      /^it makes headers that/,
    );
    expect(() => assertHeaders('it', [one, one], token)).toThrow(/^it makes one header twice/);
    expect(() => assertHeaders('it', [], token)).toThrow(/^it makes no headers/);
  });
});

test('a JSON Web Token is verified by the secret', () => {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = (alg: string): string => {
    const signed = `${encode({ alg })}.${encode({ jti: '1' })}`;
    return `${signed}.${createHmac('sha256', token.secret).update(signed).digest('base64url')}`;
  };
  expect(faultOfJwt(jwt('HS256'), token)).toBeUndefined();
  expect(faultOfJwt(jwt('none'), token)).toMatch(/algorithm/);
  expect(faultOfJwt(`${jwt('HS256')}A`, token)).toMatch(/signature/);
  expect(faultOfJwt('', token)).toMatch(/signature/);
});
