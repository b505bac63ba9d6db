/** What every engine of the hot path must do; run on each of them by test/hot-path/wasm.test.ts and js.test.ts. */
import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/hot-path/index.ts';
import type { EngineName, HotPathEngine } from '../../src/hot-path/types.ts';
import { vectors } from '../helpers/vectors.ts';

const HEADER =
  /^PowerAuth version="3\.3", token_id="([^"]+)", token_digest="([^"]{44})", nonce="([^"]{24})", timestamp="(\d+)"$/;
const UUID = '4056baad-1128-4ecf-a1e8-da61e90754f5';

/** Checks a header as a server would, and answers its nonce. */
export function verifyHeader(header: string, id: string, secret: Uint8Array, timestamp: number): string {
  const [, , , nonce = ''] = HEADER.exec(header) ?? [];
  const digest = createHmac('sha256', secret)
    .update(Buffer.from(nonce, 'base64'))
    .update(`&${timestamp}&3.3`)
    .digest('base64');
  const right = `PowerAuth version="3.3", token_id="${id}", token_digest="${digest}", nonce="${nonce}", timestamp="${timestamp}"`;
  // There are many thousands, and an expectation takes longer than a header.
  if (nonce === '') expect(header).toMatch(HEADER);
  if (header !== right) expect(header).toBe(right);
  return nonce;
}

interface Wycheproof {
  readonly testGroups: readonly {
    readonly tagSize: number;
    readonly tests: readonly {
      readonly tcId: number;
      readonly key: string;
      readonly msg: string;
      readonly tag: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

function fail(): never {
  throw new Error('the test is wrong');
}

/** The suite, for one engine. */
export function hotPathConformance(name: EngineName): void {
  describe(name, () => {
    let engine: HotPathEngine;
    const secret = new Uint8Array(randomBytes(16));
    beforeEach(async () => {
      engine = await createEngine({ engine: name });
    });

    test('has its name', () => expect(engine.name).toBe(name));

    test('makes headers that node:crypto agrees with, for timestamps of every length', () => {
      const slot = engine.addKey(UUID, secret);
      for (let digits = 1; digits <= 16; digits++) {
        for (const timestamp of [10 ** (digits - 1), Math.min(10 ** digits - 1, Number.MAX_SAFE_INTEGER)]) {
          verifyHeader(engine.header(slot, timestamp), UUID, secret, timestamp);
        }
      }
      verifyHeader(engine.header(slot, 0), UUID, secret, 0);
    });

    test('makes headers for identifiers of every length', () => {
      for (let length = 1; length <= 63; length++) {
        const id = 'aZ09._~-'.repeat(8).slice(0, length);
        verifyHeader(engine.header(engine.addKey(id, secret), 1795485444028), id, secret, 1795485444028);
      }
    });

    test('makes batches of every size, each header with a nonce of its own', () => {
      const slot = engine.addKey(UUID, secret);
      const nonces = new Set<string>();
      let made = 0;
      for (let count = 0; count <= 200; count += count < 70 ? 1 : 13) {
        const headers = engine.headers(slot, 1795485444028, count);
        expect(headers).toHaveLength(count);
        made += count;
        for (const header of headers) nonces.add(verifyHeader(header, UUID, secret, 1795485444028));
      }
      expect(nonces.size).toBe(made);
    });

    test('uses each random byte once, in order', async () => {
      let next = 0;
      const counting = await createEngine({
        engine: name,
        fillRandom: (target) => {
          for (let i = 0; i < target.length; i += 4) new DataView(target.buffer).setUint32(i, next++);
          return target;
        },
      });
      const slot = counting.addKey(UUID, secret);
      const headers = [
        ...Array.from({ length: 2100 }, () => counting.header(slot, 7)),
        ...counting.headers(slot, 7, 1003),
      ];
      const seen = new Set(headers.map((header) => verifyHeader(header, UUID, secret, 7)));
      expect(seen.size).toBe(3103);
      for (const nonce of seen) {
        const bytes = Buffer.from(nonce, 'base64');
        expect(
          bytes.readUInt32BE(4) - bytes.readUInt32BE(0),
          'a nonce is one piece of the random bytes',
        ).toBe(1);
      }
    });

    test('makes headers of many tokens at once, each its own', () => {
      const tokens = Array.from({ length: 63 }, (_, i) => {
        const own = new Uint8Array(randomBytes(16));
        const id = 'aZ09._~-'.repeat(8).slice(0, i + 1);
        return { id, own, slot: engine.addKey(id, own) };
      });
      const nonces = new Set<string>();
      for (let count = 0; count <= 200; count += count < 70 ? 1 : 13) {
        const wanted = Array.from({ length: count }, (_, i) => tokens[(7 * i + count) % 63] ?? fail());
        const headers = engine.headersOf(
          wanted.map(({ slot }) => slot),
          1795485444028,
        );
        expect(headers).toHaveLength(count);
        for (const [i, { id, own }] of wanted.entries()) {
          const nonce = verifyHeader(headers[i] ?? '', id, own, 1795485444028);
          expect(nonces.has(nonce)).toBe(false);
          nonces.add(nonce);
        }
      }
    });

    test('hands out what it made ahead once, and only for its token and time', () => {
      const tokens = Array.from({ length: 5 }, (_, i) => {
        const own = new Uint8Array(randomBytes(16));
        return { id: `token-${i}`, own, slot: engine.addKey(`token-${i}`, own) };
      });
      const nonces = new Set<string>();
      let ahead = 0;
      for (let i = 0; i < 3000; i++) {
        const { id, own, slot } = tokens[i < 1000 ? 0 : i % 5] ?? fail();
        // Times that stay for long, and go back now and then.
        const time = 1795485444028 + Math.floor(i / 700) - (i % 701 === 0 ? 1 : 0);
        const made = engine.headerAhead(slot, time);
        if (made !== undefined) ahead++;
        nonces.add(verifyHeader(made ?? engine.header(slot, time), id, own, time));
      }
      expect(nonces.size).toBe(3000);
      if (name === 'js') expect(ahead).toBe(0);
      else expect(ahead).toBeGreaterThan(2500);
    });

    test('has nothing of a token left for the next one in its slot', () => {
      const first = new Uint8Array(randomBytes(16));
      const second = new Uint8Array(randomBytes(16));
      const other = engine.addKey('other', secret);
      for (let round = 0; round < 20; round++) {
        const slot = engine.addKey('first', first);
        for (let i = 0; i < 20; i++) verifyHeader(engine.header(slot, 9), 'first', first, 9);
        engine.release(slot);
        // Made while the slot was free: not for who comes next.
        for (let i = 0; i < 5; i++) verifyHeader(engine.header(other, 9), 'other', secret, 9);
        const again = engine.addKey('second', second);
        expect(again).toBe(slot);
        for (let i = 0; i < 5; i++) verifyHeader(engine.header(again, 9), 'second', second, 9);
        engine.release(again);
      }
    });

    test('keeps thousands of keys apart, over growth of its memory and reuse of its slots', () => {
      const tokens = Array.from({ length: 3000 }, (_, i) => {
        const own = new Uint8Array(randomBytes(16));
        const id = `token-${i}`;
        return { id, own, slot: engine.addKey(id, own) };
      });
      expect(engine.size).toBe(3000);
      for (const { id, own, slot } of tokens) verifyHeader(engine.header(slot, 5), id, own, 5);
      for (const [i, { slot }] of tokens.entries()) if (i % 3 === 0) engine.release(slot);
      expect(engine.size).toBe(2000);
      const added = Array.from({ length: 1500 }, (_, i) => {
        const own = new Uint8Array(randomBytes(16));
        return { id: `again-${i}`, own, slot: engine.addKey(`again-${i}`, own) };
      });
      for (const { id, own, slot } of [...tokens.filter((_, i) => i % 3 !== 0), ...added]) {
        verifyHeader(engine.header(slot, 6), id, own, 6);
      }
    });

    test('takes a copy of the secret', () => {
      const own = new Uint8Array(randomBytes(16));
      const kept = own.slice();
      const slot = engine.addKey(UUID, own);
      own.fill(0);
      verifyHeader(engine.header(slot, 1), UUID, kept, 1);
    });

    test('agrees with node:crypto on HMAC of any key and message', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 9000 }), (key, message) => {
          const expected = createHmac('sha256', key).update(message).digest();
          expect(Buffer.compare(engine.hmac(key, message), expected)).toBe(0);
        }),
        { numRuns: 200 },
      );
      for (let length = 0; length <= 260; length++) {
        const message = new Uint8Array(randomBytes(length));
        const expected = createHmac('sha256', secret).update(message).digest();
        expect(Buffer.compare(engine.hmac(secret, message), expected), `${length} bytes`).toBe(0);
      }
    });

    test('agrees with Wycheproof', () => {
      const { testGroups } = vectors<Wycheproof>('wycheproof/hmac_sha256_test.json');
      let run = 0;
      for (const { tagSize, tests } of testGroups) {
        for (const { tcId, key, msg, tag, result } of tests) {
          const mac = engine.hmac(Buffer.from(key, 'hex'), Buffer.from(msg, 'hex'));
          const equal = Buffer.from(mac.subarray(0, tagSize / 8)).toString('hex') === tag;
          expect(equal, `test ${tcId}`).toBe(result === 'valid');
          run++;
        }
      }
      expect(run).toBeGreaterThan(100);
    });

    test('makes 4000 headers of random tokens and times as node:crypto would', () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ minLength: 16, maxLength: 16 }),
          fc.stringMatching(/^[A-Za-z0-9._~-]{1,63}$/),
          fc.nat({ max: Number.MAX_SAFE_INTEGER }),
          fc.integer({ min: 1, max: 80 }),
          (own, id, timestamp, count) => {
            const slot = engine.addKey(id, own);
            for (const header of engine.headers(slot, timestamp, count))
              verifyHeader(header, id, own, timestamp);
            engine.release(slot);
          },
        ),
        { numRuns: 100 },
      );
    });
  });
}
