import { describe, expect, test } from 'vitest';
import { MemorySpace, memoryStorage } from '../../src/storage/memory.ts';
import {
  importSealingKey,
  sealedStorage,
  sealedUnheld,
  type SealingKeySource,
} from '../../src/storage/sealed.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';
import { randomBytes } from '../../src/util/random.ts';
import { rejection, storageLike } from '../helpers/storage.ts';

const KEY = randomBytes(32);
const SECRET = new TextEncoder().encode('the secret of this record');

/** A sealed storage, and what lies below it. */
function sealedMemory(key: SealingKeySource = KEY): { raw: PowerAuthStorage; sealed: PowerAuthStorage } {
  const raw = memoryStorage();
  return { raw, sealed: sealedStorage(raw, key) };
}

async function rawRecord(raw: PowerAuthStorage, key: string): Promise<Uint8Array<ArrayBuffer>> {
  const record = await raw.get(key);
  if (record === undefined) throw new Error(`${key} is missing`);
  return record;
}

/** Expects that a record is refused by reads and updates, for the reason given, and left as it is. */
async function expectUnreadable(
  { raw, sealed }: { raw: PowerAuthStorage; sealed: PowerAuthStorage },
  key: string,
  why: RegExp,
): Promise<void> {
  const before = await rawRecord(raw, key);
  let changed = false;
  const change = (): undefined => void (changed = true);
  for (const call of [() => sealed.get(key), () => sealed.update(key, change)]) {
    const error = await rejection(call());
    expect(error).toMatchObject({ name: 'PowerAuthError', code: 'INVALID_ACTIVATION_DATA' });
    expect(error.message).toMatch(why);
    expect(error.message).toContain(JSON.stringify(key));
  }
  expect(changed).toBe(false);
  expect(await rawRecord(raw, key)).toEqual(before);
}

describe('a sealed record', () => {
  test('is another one each time, and longer by 45 bytes', async () => {
    const { raw, sealed } = sealedMemory();
    await sealed.set('key', SECRET);
    const first = await rawRecord(raw, 'key');
    await sealed.set('key', SECRET);
    const second = await rawRecord(raw, 'key');
    expect(first.length).toBe(SECRET.length + 45);
    expect(first.subarray(0, 17)).toEqual(second.subarray(0, 17));
    expect(first.subarray(17)).not.toEqual(second.subarray(17));
    expect(await sealed.get('key')).toEqual(SECRET);
  });

  test('that is damaged anywhere is refused', async () => {
    const memory = sealedMemory();
    await memory.sealed.set('key', SECRET);
    const record = await rawRecord(memory.raw, 'key');
    for (const position of record.keys()) {
      const damaged = record.slice();
      damaged[position] = (damaged[position] ?? 0) ^ (1 << (position % 8));
      await memory.raw.set('key', damaged);
      await expectUnreadable(
        memory,
        'key',
        position < 17 ? /its header is damaged/ : /it is damaged: its content/,
      );
    }
  });

  test('that is cut short or has something appended is refused', async () => {
    const memory = sealedMemory();
    await memory.sealed.set('key', SECRET);
    const record = await rawRecord(memory.raw, 'key');
    for (let length = 0; length < record.length; length++) {
      await memory.raw.set('key', record.slice(0, length));
      await expectUnreadable(memory, 'key', /it is damaged/);
    }
    await memory.raw.set('key', Uint8Array.from([...record, 0]));
    await expectUnreadable(memory, 'key', /it is damaged/);
  });

  test('that was never sealed is refused', async () => {
    const memory = sealedMemory();
    await memory.raw.set(
      'key',
      new TextEncoder().encode('{"plain":"text of someone who wrote past the seal"}'),
    );
    await expectUnreadable(memory, 'key', /it is damaged, or of a newer version: expected format 1, got 123/);
  });

  test.each([
    ['a', 'b'],
    ['\ud800', '\ud801'],
    ['\ud800', '\ufffd'],
    ['ab', 'a'],
  ])('that was swapped with another one is refused: %j, %j', async (one, other) => {
    const memory = sealedMemory();
    await memory.sealed.set(one, SECRET);
    await memory.sealed.set(other, SECRET);
    const record = await rawRecord(memory.raw, one);
    await memory.raw.set(one, await rawRecord(memory.raw, other));
    await memory.raw.set(other, record);
    await expectUnreadable(memory, one, /swapped/);
    await expectUnreadable(memory, other, /swapped/);
  });

  test('that was sealed with another key is refused, and opens again with the right one', async () => {
    const space = new MemorySpace();
    const raw = memoryStorage(space);
    await sealedStorage(raw, KEY).set('key', SECRET);
    const sealed = sealedStorage(memoryStorage(space), randomBytes(32));
    await expectUnreadable({ raw, sealed }, 'key', /sealed with another key; was the key file removed/);
    expect(await sealedStorage(raw, KEY).get('key')).toEqual(SECRET);
  });

  test('that cannot be unsealed can still be removed or replaced', async () => {
    const { raw, sealed } = sealedMemory();
    await raw.set('a', new Uint8Array(60));
    await raw.set('b', new Uint8Array(60));
    await sealed.delete('a');
    await sealed.set('b', SECRET);
    expect(await sealed.get('a')).toBeUndefined();
    expect(await sealed.get('b')).toEqual(SECRET);
  });
});

describe('a sealing key', () => {
  test('is bytes, a CryptoKey, or a function that gives one: all the same', async () => {
    const space = new MemorySpace();
    const imported = await importSealingKey(KEY);
    const storages = [KEY, imported, () => Promise.resolve(imported)].map((key) =>
      sealedStorage(memoryStorage(space), key),
    );
    for (const [i, storage] of storages.entries()) {
      await storage.set('key', Uint8Array.of(i));
      for (const other of storages) expect(await other.get('key')).toEqual(Uint8Array.of(i));
    }
  });

  test('given as bytes is copied at once', async () => {
    const bytes = KEY.slice();
    const space = new MemorySpace();
    const sealed = sealedStorage(memoryStorage(space), bytes);
    const importing = importSealingKey(bytes);
    bytes.fill(0);
    await sealed.set('key', SECRET);
    expect(await sealedStorage(memoryStorage(space), KEY).get('key')).toEqual(SECRET);
    expect(await sealedStorage(memoryStorage(space), await importing).get('key')).toEqual(SECRET);
  });

  test('cannot be taken out again', async () => {
    const key = await importSealingKey(KEY);
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
  });

  test('is asked for when it is needed first, once, and again after a failure', async () => {
    let asked = 0;
    const { raw, sealed } = sealedMemory(async () => {
      asked++;
      if (asked === 1) throw new Error('not yet');
      return importSealingKey(KEY);
    });
    expect(await sealed.get('key')).toBeUndefined();
    expect(asked).toBe(0);
    expect((await rejection(sealed.set('key', SECRET))).message).toBe('not yet');
    expect(await raw.get('key')).toBeUndefined();
    await Promise.all([sealed.set('key', SECRET), sealed.set('other', SECRET)]);
    expect(await sealed.get('key')).toEqual(SECRET);
    expect(asked).toBe(2);
  });

  const wrong: [string, unknown][] = [
    ['31 bytes', new Uint8Array(31)],
    ['33 bytes', new Uint8Array(33)],
    ['no bytes', new Uint8Array(0)],
    ['a string', 'x'.repeat(32)],
    ['null', null],
    ['undefined', undefined],
    ['an object', {}],
  ];

  test.each(wrong)('is refused when it is %s', async (_what, key) => {
    const expected = {
      code: 'WRONG_PARAMETER',
      message: expect.stringMatching(/^sealingKey: expected 32 bytes/) as string,
    };
    expect(() => sealedStorage(memoryStorage(), key as Uint8Array)).toThrow(
      expect.objectContaining(expected) as Error,
    );
    await expect(importSealingKey(key as Uint8Array)).rejects.toMatchObject(expected);
    const { sealed } = sealedMemory(async () => key as CryptoKey);
    await expect(sealed.set('key', SECRET)).rejects.toMatchObject(expected);
  });

  test('is refused when it is a CryptoKey for something else', async () => {
    const { subtle } = crypto;
    const keys = [
      await subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['encrypt', 'decrypt']),
      await subtle.importKey('raw', KEY, 'AES-CBC', false, ['encrypt', 'decrypt']),
      await subtle.importKey('raw', KEY, 'AES-GCM', false, ['decrypt']),
      await subtle.importKey('raw', KEY, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
    ];
    for (const key of keys) {
      expect(() => sealedStorage(memoryStorage(), key)).toThrow(/^sealingKey: expected .*, got a key for /);
    }
  });
});

describe('several keys', () => {
  const NEXT = randomBytes(32);
  const OTHER = randomBytes(32);

  test('the first seals, all unseal; what is written again is under the first', async () => {
    const raw = memoryStorage();
    await sealedStorage(raw, KEY).set('old', SECRET);
    await sealedStorage(raw, NEXT).set('new', SECRET);
    const both = sealedStorage(raw, [NEXT, await importSealingKey(KEY)]);
    for (const key of ['old', 'new']) expect(await both.get(key)).toEqual(SECRET);
    await both.set('set', SECRET);
    await both.update('old', (current) => current);
    await both.update('made', () => SECRET);
    const alone = sealedStorage(raw, NEXT);
    for (const key of ['old', 'new', 'set', 'made']) expect(await alone.get(key)).toEqual(SECRET);
  });

  test('a record under none of them, and one that is damaged, say so', async () => {
    const raw = memoryStorage();
    const sealed = sealedStorage(raw, [NEXT, KEY]);
    await sealedStorage(raw, OTHER).set('key', SECRET);
    await expectUnreadable({ raw, sealed }, 'key', /sealed with another key/);
    for (const key of [NEXT, KEY]) {
      await sealedStorage(raw, key).set('key', SECRET);
      const record = await rawRecord(raw, 'key');
      record[record.length - 1] = (record.at(-1) ?? 0) ^ 1;
      await raw.set('key', record);
      await expectUnreadable({ raw, sealed }, 'key', /it is damaged: its content/);
    }
  });

  test.each([[[]], [[KEY, new Uint8Array(31)]], [[KEY, undefined]], [[[KEY]]]])(
    'are refused when they are %j',
    (keys) => {
      expect(() => sealedStorage(memoryStorage(), keys as Uint8Array[])).toThrow(
        expect.objectContaining({
          code: 'WRONG_PARAMETER',
          message: expect.stringMatching(/^sealingKey: expected 32 bytes/) as string,
        }) as Error,
      );
    },
  );

  test('that may be replaced are asked for again for a record under another key and for a new one, and no more', async () => {
    const raw = memoryStorage();
    const [old, next] = [await importSealingKey(KEY), await importSealingKey(NEXT)];
    let keys: CryptoKey | CryptoKey[] = old;
    let asked = 0;
    let fault: Error | undefined;
    const sealed = sealedUnheld(
      raw,
      async () => {
        asked++;
        if (fault !== undefined) throw fault;
        return keys;
      },
      true,
    );
    await sealed.set('first', SECRET);
    // Before and after a new record is there.
    expect(asked).toBe(2);
    await sealed.update('first', (current) => current);
    expect(await sealed.get('first')).toEqual(SECRET);
    expect(asked).toBe(2);
    // Somebody else has replaced the key, and sealed a record anew.
    keys = [next, old];
    await sealedStorage(raw, NEXT).set('theirs', SECRET);
    expect(await sealed.get('theirs')).toEqual(SECRET);
    expect(asked).toBe(3);
    keys = next;
    await sealed.update('new', () => SECRET);
    await sealed.set('second', SECRET);
    expect(asked).toBe(7);
    expect(await sealedStorage(raw, NEXT).get('second')).toEqual(SECRET);
    // A key whose file is gone stays as it was.
    const gone = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    for (fault of [gone, new Error('it is lost', { cause: gone })]) {
      await sealed.set('third', SECRET);
      expect(await sealedStorage(raw, NEXT).get('third')).toEqual(SECRET);
    }
    // Any other failure may pass.
    fault = Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    expect(await rejection(sealed.set('fourth', SECRET))).toBe(fault);
    expect(await rejection(sealed.update('fourth', () => SECRET))).toBe(fault);
    expect(await raw.get('fourth')).toBeUndefined();
    await sealedStorage(raw, OTHER).set('theirs', SECRET);
    expect(await rejection(sealed.get('theirs'))).toBe(fault);
    fault = undefined;
    keys = await importSealingKey(OTHER);
    expect(await sealed.get('theirs')).toEqual(SECRET);
  });

  test('that cannot be replaced are asked for once', async () => {
    let asked = 0;
    const sealed = sealedUnheld(memoryStorage(), async () => {
      asked++;
      return importSealingKey(KEY);
    });
    await sealed.set('set', SECRET);
    await sealed.update('made', () => SECRET);
    expect(asked).toBe(1);
  });

  test.each(['set', 'update'] as const)(
    'a new record that lands when its key was dropped, several times over, is under the present one: %s',
    async (call) => {
      const memory = memoryStorage();
      const present = [KEY, NEXT, OTHER, randomBytes(32)];
      // Each write finds that its key was replaced in the meantime.
      const write = (): void => {
        if (present.length > 1) present.shift();
      };
      const raw = storageLike(memory, {
        set: async (key, value) => memory.set(key, value).then(write),
        update: async (key, change) =>
          memory.update(key, change).then((stored) => {
            write();
            return stored;
          }),
      });
      const sealed = sealedUnheld(raw, async () => importSealingKey(present[0] ?? KEY), true);
      await (call === 'set' ? sealed.set('key', SECRET) : sealed.update('key', () => SECRET));
      expect(present).toHaveLength(1);
      expect(await sealedStorage(memory, present[0] ?? KEY).get('key')).toEqual(SECRET);
    },
  );

  test('a new record that somebody removed or replaced in the meantime stays so', async () => {
    const memory = memoryStorage();
    let present = KEY;
    let meanwhile = async (): Promise<void> => memory.delete('key');
    const raw = storageLike(memory, {
      set: async (key, value) => {
        await memory.set(key, value);
        present = NEXT;
        await meanwhile();
      },
    });
    const sealed = sealedUnheld(raw, async () => importSealingKey(present), true);
    await sealed.set('key', SECRET);
    expect(await memory.get('key')).toBeUndefined();
    present = KEY;
    meanwhile = async () => sealedStorage(memory, OTHER).set('key', SECRET);
    await sealed.set('key', SECRET);
    expect(await sealedStorage(memory, OTHER).get('key')).toEqual(SECRET);
  });
});

test('an update that is overtaken seals what was stored last', async () => {
  const { raw, sealed } = sealedMemory();
  const results: (number | undefined)[] = [];
  const stored = await sealed.update('key', async (current) => {
    results.push(current?.[0]);
    if (results.length === 1) await sealedStorage(raw, KEY).set('key', Uint8Array.of(10));
    return Uint8Array.of((current?.[0] ?? 0) + 1);
  });
  expect(results).toEqual([undefined, 10]);
  expect(stored).toEqual(Uint8Array.of(11));
  expect(await sealed.get('key')).toEqual(Uint8Array.of(11));
});
