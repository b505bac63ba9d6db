import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { derivePasswordKey, unwrapKnowledgeKey, wrapKnowledgeKey } from '../../src/protocol/knowledge.ts';
import { utf8 } from '../../src/util/bytes.ts';
import { error } from '../helpers/error.ts';

const bytes = (length: number) => Uint8Array.from(randomBytes(length));

test.each([
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
] as const)('PBKDF2 with %s is that of node:crypto', async (hash, digest) => {
  for (const password of [
    '1234',
    'p\u0159\u00edli\u0161 \u017elu\u0165ou\u010dk\u00fd',
    '\u{1F600}'.repeat(40),
  ]) {
    const salt = bytes(16);
    const key = await derivePasswordKey(utf8(password), { hash, salt, iterations: 1000 });
    expect(Buffer.from(key)).toEqual(pbkdf2Sync(password, salt, 1000, 16, digest));
  }
});

test('takes a password in shared memory, which is wiped while it works', async () => {
  const password = new Uint8Array(new SharedArrayBuffer(4));
  password.set(utf8('1234'));
  const salt = bytes(16);
  const key = derivePasswordKey(password, { hash: 'SHA-256', salt, iterations: 1000 });
  password.fill(0);
  expect(Buffer.from(await key)).toEqual(pbkdf2Sync('1234', salt, 1000, 16, 'sha256'));
});

test('a number of iterations that the runtime refuses is told, and how to set it', async () => {
  const derivation = { hash: 'SHA-256', salt: bytes(16), iterations: 0 } as const;
  await expect(derivePasswordKey(utf8('1234'), derivation)).rejects.toMatchObject(
    error(PowerAuthErrorCode.UNKNOWN_ERROR, /0 iterations; keychainConfiguration\.pbkdf2Iterations/),
  );
});

test('a wrong password gives another key, and nothing tells that it is wrong', async () => {
  const [knowledgeKey, right, wrong] = [bytes(16), bytes(16), bytes(16)];
  const wrapped = await wrapKnowledgeKey(knowledgeKey, right);
  expect(wrapped).toHaveLength(16);
  expect(await unwrapKnowledgeKey(wrapped, right)).toEqual(knowledgeKey);
  expect(await unwrapKnowledgeKey(wrapped, wrong)).toHaveLength(16);
  expect(await unwrapKnowledgeKey(wrapped, wrong)).not.toEqual(knowledgeKey);
});
