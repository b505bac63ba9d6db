import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { parseTokenResponse } from '../../src/protocol/token.ts';
import { utf8 } from '../../src/util/bytes.ts';
import { error } from '../helpers/error.ts';
import { plaintextOf } from '../helpers/recording.ts';
import { expectRefusedAnswers } from '../helpers/refused-answers.ts';

const SECRET = Buffer.alloc(16, 0xfb).toString('base64');
const answer = (tokenId: unknown, tokenSecret: unknown = SECRET) =>
  utf8(JSON.stringify({ tokenId, tokenSecret }));

test('the tokens of a genuine server', () => {
  const tokens = plaintextOf('/pa/v3/token/create').map((plaintext) => parseTokenResponse(utf8(plaintext)));
  expect(tokens).toHaveLength(2);
  for (const { tokenSecret } of tokens) expect(tokenSecret).toHaveLength(16);
});

test('parseTokenResponse', () => {
  expectRefusedAnswers(parseTokenResponse);
});

test('the secret comes as bytes, and is gone from the answer', () => {
  const plaintext = answer('a.b_c~d-1');
  expect(parseTokenResponse(plaintext)).toEqual({
    tokenId: 'a.b_c~d-1',
    tokenSecret: new Uint8Array(16).fill(0xfb),
  });
  expect(Buffer.from(plaintext).includes(SECRET.slice(0, 8))).toBe(false);
});

test.each(['x', 'x'.repeat(63)])('takes an identifier of 1 to 63 characters', (tokenId) => {
  expect(parseTokenResponse(answer(tokenId)).tokenId).toBe(tokenId);
});

test.each(['', 'x'.repeat(64), 'a"b', 'a\r\nb', 'a b', 'ž', 'a\n', 5, null])(
  'refuses the identifier %j, which could break out of a header',
  (tokenId) => {
    expect(() => parseTokenResponse(answer(tokenId))).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.RESPONSE_ERROR, /^token answer\.tokenId: expected /)),
    );
  },
);

test.each([Buffer.alloc(15).toString('base64'), Buffer.alloc(17).toString('base64'), '', '!', 5])(
  'refuses a secret that is not Base64 of 16 bytes: %j',
  (secret) => {
    expect(() => parseTokenResponse(answer('id', secret))).toThrow(
      expect.objectContaining(
        error(PowerAuthErrorCode.RESPONSE_ERROR, /^token answer\.tokenSecret: expected Base64 of 16 bytes/),
      ),
    );
  },
);
