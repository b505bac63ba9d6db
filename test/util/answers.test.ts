import { expect, test } from 'vitest';
import { PowerAuthErrorCode, type PowerAuthError } from '../../src/errors.ts';
import { checkAnswer, parseAnswer, parseSecretAnswer, wrongAnswer } from '../../src/util/answers.ts';
import { utf8 } from '../../src/util/bytes.ts';
import { map, object, refine, string } from '../../src/util/schema.ts';
import { secretField } from '../../src/util/validate.ts';
import { error } from '../helpers/error.ts';

const { RESPONSE_ERROR } = PowerAuthErrorCode;
const schema = object({ id: string(), secret: secretField(3) });

/** The error of an answer that must be refused. */
function refusal(call: () => unknown): PowerAuthError {
  try {
    call();
  } catch (e) {
    return e as PowerAuthError;
  }
  throw new Error('expected a refusal');
}

test('a wrong answer is a RESPONSE_ERROR that came with status 200, and has no body', () => {
  expect(wrongAnswer('message')).toMatchObject(error(RESPONSE_ERROR, /^message$/));
  expect(wrongAnswer('message').errorData).toEqual({ httpStatusCode: 200 });
});

test('an answer that fits is what the schema makes of it', () => {
  const padded = map(string(), (text) => text.trim());
  expect(checkAnswer(padded, ' x ', 'answer')).toBe('x');
  expect(parseAnswer(object({ id: padded }), utf8('{"id":" x ","more":1}'), 'answer')).toEqual({ id: 'x' });
});

test.each([
  ['no JSON', 'secret', /^answer: expected .*, got undefined$/],
  ['another type', '[]', /^answer/],
  ['a missing member', '{}', /^answer\.id: expected .*, got undefined$/],
  ['a wrong member', '{"id":5}', /^answer\.id: expected .*, got a number$/],
])('%s is refused by field, expected and received', (_, body, message) => {
  const refused = refusal(() => parseAnswer(object({ id: string() }), utf8(body), 'answer'));
  expect(refused).toMatchObject({ ...error(RESPONSE_ERROR, message), errorData: { httpStatusCode: 200 } });
});

test('secrets come as bytes, and are gone from the plaintext, whose rest stays', () => {
  const plaintext = utf8('{"id":"x","secret":"c2Vj"}');
  expect(parseSecretAnswer(schema, plaintext, 'answer', ['secret'])).toEqual({
    id: 'x',
    secret: utf8('sec'),
  });
  expect(Buffer.from(plaintext).includes('c2Vj')).toBe(false);
  expect(Buffer.from(plaintext).includes('"id":"x"')).toBe(true);
});

test.each([
  ['another length', '{"id":"x","secret":"c2VjcmV0"}', /^answer\.secret: expected Base64 of 3 bytes/],
  ['no Base64', '{"id":"x","secret":"%geheim%"}', /^answer\.secret: expected Base64 of 3 bytes/],
  ['no text', '{"id":"x","secret":5}', /^answer\.secret: expected Base64 of 3 bytes/],
  ['none', '{"id":"x"}', /^answer\.secret: expected Base64 of 3 bytes, got undefined/],
  ['no object around it', '"c2Vj"', /^answer/],
  ['an array around it', '["c2Vj"]', /^answer/],
  ['half an object around it', '{"id":"x","secret":"c2Vj"', /^answer/],
])('a secret that is or has %s is refused, and is not in the error', (_, body, message) => {
  const refused = refusal(() => parseSecretAnswer(schema, utf8(body), 'answer', ['secret']));
  expect(refused).toMatchObject({ ...error(RESPONSE_ERROR, message), errorData: { httpStatusCode: 200 } });
  expect(JSON.stringify(refused) + refused.print()).not.toMatch(/c2Vj|geheim/);
});

test('a secret of an answer that is refused for something else is wiped', () => {
  const seen: Uint8Array[] = [];
  const watching = object({
    secret: refine(
      secretField(3),
      (bytes) => {
        seen.push(bytes);
        return false;
      },
      'another one',
    ),
  });
  refusal(() => parseSecretAnswer(watching, utf8('{"secret":"c2Vj"}'), 'answer', ['secret']));
  expect(seen).toEqual([new Uint8Array(3)]);
});
