/** What the playground recomputes, beside what the engines make. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  base64,
  concat,
  fieldsOf,
  fromBase64,
  fromHex,
  hashedPieces,
  hex,
  tokenDigest,
  tokenHeader,
  utf8,
} from '../../playground/bytes.ts';
import { createEngine, ENGINE_NAMES } from '../../src/hot-path/index.ts';

const SECRET = Uint8Array.from({ length: 16 }, (_, i) => 7 * i);
const ID = '4f1b4f0c-1f6c-4c0a-9a58-0b0d6a3f7c11';
const TIME = 1_795_760_278_858;

test.each(ENGINE_NAMES)('the header that %s makes is the one that the page composes', async (name) => {
  const engine = await createEngine({ engine: name });
  const slot = engine.addKey(ID, SECRET);
  const header = engine.header(slot, TIME);
  engine.release(slot);

  const fields = new Map(fieldsOf(header));
  const nonce = fromBase64(fields.get('nonce') ?? '');
  if (nonce === undefined) throw new Error("the nonce isn't Base64");
  const timestamp = fields.get('timestamp') ?? '';
  const digest = await tokenDigest(SECRET, nonce, timestamp);
  expect(tokenHeader({ tokenId: ID, digest, nonce, timestamp })).toBe(header);
});

test('a digest covers the nonce, the timestamp and the version, in bytes that are shown', async () => {
  const nonce = Uint8Array.from({ length: 16 }, (_, i) => 255 - i);
  const pieces = hashedPieces(nonce, String(TIME));
  expect(pieces.map(({ name, bytes }) => `${name} ${bytes.length}`)).toEqual([
    ...['nonce 16', '& 1', 'timestamp 13', '& 1', 'version 3'],
  ]);
  const shown = pieces.map(({ bytes }) => hex(bytes)).join('');
  expect(shown).toBe(`${Buffer.from(nonce).toString('hex')}${Buffer.from(`&${TIME}&3.3`).toString('hex')}`);
  const expected = createHmac('sha256', SECRET).update(Buffer.from(shown, 'hex')).digest('hex');
  expect(hex(await tokenDigest(SECRET, nonce, String(TIME)))).toBe(expected);
});

test('bytes come back from their texts, and nothing comes of other texts', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(fromHex(hex(bytes))).toEqual(bytes);
  expect(fromHex('0A ff')).toEqual(Uint8Array.of(10, 255));
  expect(fromBase64(base64(bytes))).toEqual(bytes);
  expect(concat([utf8('a'), new Uint8Array(), utf8('bc')])).toEqual(utf8('abc'));
  for (const text of ['0', '0x', 'gg', 'é0']) expect(fromHex(text)).toBeUndefined();
  expect(fromBase64('*')).toBeUndefined();
});
