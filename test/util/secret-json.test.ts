import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64, base64Decode } from '../../src/util/base64.ts';
import { utf8, utf8Decode } from '../../src/util/bytes.ts';
import { takeSecrets } from '../../src/util/secret-json.ts';
import { seed } from '../helpers/seed.ts';

const SECRET = Uint8Array.of(251, 239, 255, 0, 1, 2, 3);
const TEXT = base64(SECRET); // with + and / in it
const escapeAll = (text: string): string =>
  Array.from(text, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

/** What is taken out of a text, and what is left of it. */
function take(json: string): { secret: Uint8Array | undefined; left: string } {
  const bytes = utf8(json);
  const secret = takeSecrets(bytes, ['s']).get('s');
  return { secret, left: utf8Decode(bytes) };
}

describe('a secret is taken out, and asterisks are left', () => {
  test.each([
    ['alone', `{"s":"${TEXT}"}`],
    ['among others', `{"a":{"s":1,"b":["s",{}]},"s" :\n"${TEXT}" ,"t":"}"}`],
    ['with an escaped slash', `{"s":"${TEXT.replaceAll('/', '\\/')}"}`],
    ['all in escapes', `{"s":"${escapeAll(TEXT)}"}`],
    ['under an escaped name', `{"${escapeAll('s')}":"${TEXT}"}`],
    ['twice, of which the last counts', `{"s":"AAAA","s":"${TEXT}"}`],
    ['behind a name that ends with a backslash', `{"a\\\\":1,"s":"${TEXT}"}`],
    ['behind a quotation mark', `{"a":"\\"","s":"${TEXT}"}`],
  ])('%s', (_, json) => {
    const { secret, left } = take(json);
    expect(secret).toEqual(SECRET);
    expect(left).toHaveLength(json.length);
    const { s, ...others } = JSON.parse(json) as Record<string, unknown>;
    expect(s).toBe(TEXT);
    const parsed = JSON.parse(left) as { s: unknown };
    expect(parsed).toEqual({ ...others, s: parsed.s });
    expect(parsed.s).toMatch(/^\*+$/);
  });

  test.each([
    '{"s":"!"}',
    '{"s":"AAA"}',
    '{"s":"\\n"}',
    '{"s":"ä"}',
    '{"s":"\\u00e4AAA"}',
    '{"s":"\\uZZZZ"}',
  ])('also where it is no Base64, and then nothing comes of it: %s', (json) => {
    const { secret, left } = take(json);
    expect(secret).toBeUndefined();
    expect(left).toMatch(/^\{"s":"\*+"\}$/);
  });
});

test.each(['', '"s"', '[]', '["s","AAAA"]', '{"s":5}', '{"s":["AAAA"]}', '{"a":{"s":"AAAA"}}', '{"s"', '{"'])(
  'nothing is taken out of %s',
  (json) => {
    expect(take(json)).toEqual({ secret: undefined, left: json });
  },
);

test('whatever the JSON: what is left is JSON, the same but for the secret', () => {
  const secrets = fc.uint8Array({ maxLength: 40 }).map(base64);
  const objects = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(objects, secrets, fc.nat(3), (object, text, indentation) => {
      const { secret, left } = take(JSON.stringify({ ...object, s: text }, undefined, indentation));
      expect(secret).toEqual(base64Decode(text));
      const masked = JSON.stringify({ ...object, s: '*'.repeat(text.length) }, undefined, indentation);
      expect(left).toBe(masked);
    }),
    { seed },
  );
});

test('whatever the bytes: it comes to an end, and changes no length', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    's',
    '"s"',
    'AAAA',
    '\\u',
    ' ',
    'é',
  );
  fc.assert(
    fc.property(fc.array(pieces), (parts) => {
      const json = utf8(parts.join(''));
      const { length } = json;
      takeSecrets(json, ['s']);
      expect(json).toHaveLength(length);
    }),
    { seed },
  );
});
