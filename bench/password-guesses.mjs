/**
 * What guessing a password costs whoever has copied what the storage holds, and what the user waits for it.
 *
 *     npm run bench:passwords               prints the table of SECURITY.md
 *
 * A guess is one PBKDF2 and one AES block; the processor's time counts, so that a busy machine makes it no dearer.
 *
 * @module
 */
import { createDecipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';
import { machine } from './lib/machine.mjs';
import { derivePasswordKey } from '../dist/protocol/knowledge.js';

const KINDS = [
  { hash: 'SHA-1', iterations: 10_000, name: 'SHA-1, 10 000: records of earlier versions' },
  { hash: 'SHA-256', iterations: 10_000, name: 'SHA-256, 10 000: the fewest' },
  { hash: 'SHA-256', iterations: 100_000, name: 'SHA-256, 100 000' },
  { hash: 'SHA-256', iterations: 600_000, name: 'SHA-256, 600 000: the default' },
];
/** Digits of a PIN. */
const DIGITS = [4, 6];
const ROUNDS = 7;

const salt = randomBytes(16);
const wrappedKey = randomBytes(16);

/** The shortest of some times, s. */
function shortest(times) {
  return Math.min(...times);
}

/** Seconds of one core for one guess. */
function guess({ hash, iterations }) {
  return shortest(
    Array.from({ length: ROUNDS }, (_, round) => {
      const before = process.cpuUsage();
      const key = pbkdf2Sync(String(round).padStart(4, '0'), salt, iterations, 16, hash.replace('-', ''));
      const cipher = createDecipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
      cipher.update(wrappedKey);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    }),
  );
}

/** Seconds that the user waits for WebCrypto, and for how many of them the event loop stood still. */
async function wait(derivation) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await derivePasswordKey(new TextEncoder().encode('1234'), { ...derivation, salt });
    times.push((performance.now() - start) / 1000);
  }
  return shortest(times);
}

/** A duration in the unit that suits it, two digits. */
function duration(seconds) {
  /** @type {[string, number][]} */
  const units = [
    ['days', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
    ['ms', 0.001],
  ];
  const [unit, length] = units.find(([, length]) => seconds >= 1.5 * length) ?? ['ms', 0.001];
  return `${Number((seconds / length).toPrecision(2))} ${unit}`;
}

const rows = [];
for (const kind of KINDS) {
  const seconds = guess(kind);
  rows.push([
    kind.name,
    duration(await wait(kind)),
    duration(seconds),
    ...DIGITS.map((digits) => duration(seconds * 10 ** digits)),
  ]);
}
const heads = [
  'PBKDF2',
  'the user waits',
  'one guess',
  ...DIGITS.map((digits) => `all PINs of ${digits} digits`),
];
const line = (cells) => `| ${cells.join(' | ')} |`;
console.log([line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n'));
console.log(`\n${JSON.stringify(machine())}, Node ${process.versions.node}, one core`);
