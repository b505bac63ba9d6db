import { createCipheriv } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { KeyRing } from '../../src/storage/key-ring.ts';
import { importSealingKey } from '../../src/storage/sealing-key.ts';
import { error } from '../helpers/error.ts';

const BYTES = new Uint8Array(32).fill(1);
const VALUE = Uint8Array.of(1, 2, 3);
const NAME = 'instance/token \ud83d';
const OVERHEAD = 45;

let [first, second]: [CryptoKey, CryptoKey] = [] as never;
let [ring, both, other]: [KeyRing, KeyRing, KeyRing] = [] as never;
beforeAll(async () => {
  [first, second] = await Promise.all([
    importSealingKey(BYTES),
    importSealingKey(new Uint8Array(32).fill(2)),
  ]);
  [ring, both, other] = await Promise.all([
    KeyRing.create(first),
    KeyRing.create([second, first]),
    KeyRing.create(second),
  ]);
});

const refused = (why: RegExp) =>
  error(
    PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
    new RegExp(`^Record "instance/token .*" cannot be unsealed: ${why.source}.* It is left in place$`),
  );
const changed = (record: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> =>
  record.with(at, (record[at] ?? 0) ^ 1);

test('what was sealed comes back, under its name; the same value is sealed differently each time', async () => {
  const [one, two] = await Promise.all([ring.seal(NAME, VALUE), ring.seal(NAME, VALUE)]);
  expect([one.length, two.length]).toEqual([VALUE.length + OVERHEAD, VALUE.length + OVERHEAD]);
  expect(one).not.toEqual(two);
  expect(await ring.unseal(NAME, one)).toEqual(VALUE);
  expect(await ring.unseal(NAME, await ring.seal(NAME, new Uint8Array()))).toEqual(new Uint8Array());
  expect(VALUE).toEqual(Uint8Array.of(1, 2, 3));
});

test('the header holds version and ids, as the drawing in the file has it', async () => {
  const record = await ring.seal(NAME, VALUE);
  expect(record[0]).toBe(1);
  const cipher = createCipheriv('aes-256-gcm', BYTES, Buffer.alloc(12)).setAAD(
    Buffer.from('powerauth-wasm key'),
  );
  cipher.final();
  expect(Buffer.from(record.subarray(1, 9))).toEqual(cipher.getAuthTag().subarray(0, 8));
});

describe('of several keys', () => {
  test('the first seals and all unseal', async () => {
    const old = await ring.seal(NAME, VALUE);
    const fresh = await both.seal(NAME, VALUE);
    expect(await both.unseal(NAME, old)).toEqual(VALUE);
    expect(await other.unseal(NAME, fresh)).toEqual(VALUE);
    expect([both.knows(old), both.isCurrent(old)]).toEqual([true, false]);
    expect([both.knows(fresh), both.isCurrent(fresh)]).toEqual([true, true]);
    expect([other.knows(old), other.isCurrent(old)]).toEqual([false, false]);
  });

  test('a record is sealed again under the first, read by a ring that knows its key', async () => {
    const old = await ring.seal(NAME, VALUE);
    const anew = await both.sealAnew(NAME, old);
    expect(both.isCurrent(anew)).toBe(true);
    expect(await other.unseal(NAME, anew)).toEqual(VALUE);
    const byOther = await other.sealAnew(NAME, old, ring);
    expect(await other.unseal(NAME, byOther)).toEqual(VALUE);
    await expect(other.sealAnew(NAME, old)).rejects.toMatchObject(refused(/it was sealed with another key/));
  });

  test('there must be one, and all must be keys', async () => {
    const wrong = error(PowerAuthErrorCode.WRONG_PARAMETER, /^sealingKey: expected/);
    await expect(KeyRing.create([])).rejects.toMatchObject(wrong);
    await expect(KeyRing.create([first, BYTES as never])).rejects.toMatchObject(wrong);
  });
});

describe('a record that cannot be unsealed says why', () => {
  test('because of its key', async () => {
    await expect(other.unseal(NAME, await ring.seal(NAME, VALUE))).rejects.toMatchObject(
      refused(/it was sealed with another key/),
    );
  });

  test('because of its name', async () => {
    await expect(ring.unseal(NAME, await ring.seal('another', VALUE))).rejects.toMatchObject(
      refused(/it was written for another record/),
    );
    // UTF-8 has one form for both.
    await expect(ring.unseal(NAME, await ring.seal('instance/token \ud83e', VALUE))).rejects.toMatchObject(
      refused(/it was written for another record/),
    );
  });

  test('because of its version', async () => {
    const record = await ring.seal(NAME, VALUE);
    // What a newer version seals is not what this one does.
    await expect(ring.unseal(NAME, changed(record.with(0, 2), 30))).rejects.toMatchObject(
      refused(/.*expected format 1, got 2/),
    );
  });

  test('because it is damaged, wherever it is', async () => {
    const record = await ring.seal(NAME, VALUE);
    for (let at = 0; at < record.length; at++) {
      const damaged = expect(ring.unseal(NAME, changed(record, at)), `byte ${at}`);
      await damaged.rejects.toMatchObject(refused(/(it|its header) /));
      if (at >= 17)
        await expect(ring.unseal(NAME, changed(record, at))).rejects.toMatchObject(refused(/it is damaged/));
    }
  });

  test('because it is cut off', async () => {
    const record = await ring.seal(NAME, new Uint8Array());
    for (const length of [0, 1, 9, OVERHEAD - 1]) {
      await expect(ring.unseal(NAME, record.slice(0, length))).rejects.toMatchObject(
        refused(new RegExp(`it is damaged: only ${length} bytes are left of it`)),
      );
    }
  });
});
