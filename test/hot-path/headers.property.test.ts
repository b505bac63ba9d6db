/**
 * Headers of all engines against node:crypto, with lanes that differ: tokens with identifiers of every length, times of
 * every length, in every order. A failure names the seed; `SEED=<number>` repeats it.
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createEngine, ENGINE_NAMES, type KeySlot } from '../../src/hot-path/index.ts';
import { DEEP } from '../helpers/deep.ts';

const seed = process.env['SEED'] === undefined ? Date.now() % 2 ** 31 : Number(process.env['SEED']);
/** Of each engine; one makes about 3600 headers, and never fewer than 2624. */
const RUNS = DEEP ? 13 : 5;
let verified = 0;

interface Token {
  readonly id: string;
  readonly secret: Uint8Array;
}

const keys = new WeakMap<Uint8Array, KeyObject>();

/** A key is made once for many headers: that takes longer than a digest. */
function keyOf(secret: Uint8Array): KeyObject {
  const key = keys.get(secret) ?? createSecretKey(secret);
  keys.set(secret, key);
  return key;
}

/** What node:crypto says the header with this one's nonce is. */
function expected(header: string, { id, secret }: Token, timestamp: number): string {
  const nonce = /nonce="([^"]*)"/.exec(header)?.[1] ?? '';
  const bytes = Buffer.from(nonce, 'base64');
  const digest = createHmac('sha256', keyOf(secret))
    .update(bytes)
    .update(`&${timestamp}&3.3`)
    .digest('base64');
  return `PowerAuth version="3.3", token_id="${id}", token_digest="${digest}", nonce="${bytes.toString('base64')}", timestamp="${timestamp}"`;
}

const token = (length: number): fc.Arbitrary<Token> =>
  fc.record({
    id: fc.stringMatching(new RegExp(`^[A-Za-z0-9._~-]{${length}}$`)),
    secret: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  });
const timestamp = (digits: number): fc.Arbitrary<number> =>
  fc.integer({
    min: digits === 1 ? 0 : 10 ** (digits - 1),
    max: Math.min(10 ** digits - 1, Number.MAX_SAFE_INTEGER),
  });

const round = fc.record({
  tokens: fc.tuple(...Array.from({ length: 63 }, (_, i) => token(i + 1))),
  timestamps: fc.tuple(...Array.from({ length: 16 }, (_, i) => timestamp(i + 1))),
  picks: fc.array(fc.nat({ max: 62 }), { minLength: 100, maxLength: 150 }),
  batches: fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 4, maxLength: 4 }),
});

describe(`headers as node:crypto has them (seed ${seed})`, () => {
  afterAll(() => {
    console.log(`${verified} headers verified against node:crypto, seed ${seed}`);
  });

  test.each(ENGINE_NAMES)('%s', async (name) => {
    const engine = await createEngine({ engine: name });
    const before = verified;
    const nonces = new Set<string>();
    const check = (header: string | undefined, from: Token | undefined, time: number): void => {
      if (header === undefined || from === undefined) throw new Error('a header is missing');
      const right = expected(header, from, time);
      if (header !== right) expect(header).toBe(right);
      nonces.add(header.slice(header.indexOf(' nonce=')));
      verified++;
    };
    fc.assert(
      fc.property(round, ({ tokens, timestamps, picks, batches }) => {
        const slots: KeySlot[] = tokens.map(({ id, secret }) => engine.addKey(id, secret));
        const slot = (at: number): KeySlot => slots[at] ?? (0 as KeySlot);
        for (const [round, time] of timestamps.entries()) {
          const turn = picks.map(slot);
          const mixed = engine.headersOf(turn, time);
          expect(mixed).toHaveLength(picks.length);
          for (const [i, pick] of picks.entries()) check(mixed[i], tokens[pick], time);
          // One after another, so that whatever was made ahead for one token meets the next one's turn.
          for (const pick of picks.slice(0, 63)) check(engine.header(slot(pick), time), tokens[pick], time);
          const count = batches[round % batches.length] ?? 1;
          for (const header of engine.headers(slot(round), time, count)) check(header, tokens[round], time);
        }
        for (const used of slots) engine.release(used);
        expect(engine.size).toBe(0);
      }),
      // What shrinks for minutes tells no more than the seed.
      { seed, numRuns: RUNS, endOnFailure: true },
    );
    expect(verified - before).toBeGreaterThanOrEqual(RUNS * 2624);
    expect(nonces.size, 'each nonce once').toBe(verified - before);
  });
});
