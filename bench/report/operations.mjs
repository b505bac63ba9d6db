/**
 * What the documents say of whole operations: tables, and which goals are not reached.
 *
 * @module
 */
import { number, times } from './figures.mjs';
import { markdownTable, wrapped } from './table.mjs';

const us = (value) => `${number(value)} µs`;
const ms = (value) => (value === undefined ? '' : `${number(value)} ms`);

/** Who does the same, and by how many times ours may cost more. */
const ROWS = [
  { id: 'createActivation', than: 'plain', most: 1.35 },
  { id: 'requestAccessToken', than: 'plain', most: 1.5 },
  { id: 'encryptRequest', than: 'plain', most: 1.3 },
  { id: 'fetchActivationStatus', than: 'plain', most: 1.3 },
  { id: 'requestSignature', than: 'plain', most: 3.5 },
  { id: 'requestSignature', than: 'sealing', most: 2.5 },
  { id: 'requestSignature, SQLite', than: 'plain' },
  { id: 'requestSignature, SQLite', than: 'sealing' },
];
const OTHERS = { plain: 'plain client', sealing: 'plain client that seals' };

/** Those that were measured. */
const measured = ({ operations }) =>
  ROWS.flatMap((row) => {
    const found = operations.find(({ id }) => id === row.id);
    return found === undefined ? [] : [{ ...row, ours: found.ours, other: found[row.than] }];
  });

const name = ({ id, than }) => {
  const [call, storage] = id.split(', ');
  return `\`${call}\`${storage === undefined ? '' : ` on ${storage}`}, beside a ${OTHERS[than]}`;
};

/**
 * A row for each comparison.
 *
 * @param {import('./results.ts').OperationsResults} results
 * @returns {string[][]}
 */
export const costRows = (results) => [
  ['operation', 'requests', 'CPU', 'theirs: requests', 'CPU', 'ratio', 'goal'],
  ...measured(results).map((row) => [
    name(row),
    String(row.ours.requests),
    us(row.ours.median),
    String(row.other.requests),
    us(row.other.median),
    times(row.other.ratio.median),
    row.most === undefined ? '' : `at most ${times(row.most)}`,
  ]),
];

/**
 * The goals that are not kept.
 *
 * @param {import('./results.ts').OperationsResults} results
 * @returns {string[]}
 */
export const missedOperations = (results) =>
  measured(results)
    .filter(({ most, other }) => most !== undefined && other.ratio.median > most)
    .map(name);

/** By their ids. */
const PARTS = {
  fetch: 'one request by `fetch`, as the plain client sends it',
  abortable: 'the same with an `AbortSignal`, as a request needs that has a time limit',
  sealing: 'unsealing and sealing a record, as the plain client does it',
  update: 'the same as an update of our storage in memory',
  createHmac: 'HMAC-SHA-256 of 100 B by `createHmac`, of which the plain client makes two for a signature',
  hmac: 'the same by ours',
};

/**
 * A row for each part that was measured.
 *
 * @param {import('./results.ts').OperationsResults} results
 * @returns {string[][]}
 */
export const partRows = ({ parts = [] }) => [
  ['part', 'CPU'],
  ...Object.entries(PARTS).flatMap(([id, part]) =>
    parts.filter((measured) => measured.id === id).map(({ median }) => [part, us(median)]),
  ),
];

/**
 * A row for each number of iterations; in pairs, ours and PBKDF2 alone.
 *
 * @param {import('./results.ts').OperationsResults} results
 * @returns {string[][]}
 */
export const twoFactorRows = ({ twoFactor }) => [
  [
    'iterations of PBKDF2',
    ...['longest gap', 'alone', 'most CPU between two ticks', 'alone'],
    ...['CPU on the thread', 'alone', 'CPU off the thread'],
  ],
  ...twoFactor.map(({ iterations, gap, gapAlone, turn, turnAlone, on, onAlone, off }) => [
    number(iterations),
    ...[gap, gapAlone, turn, turnAlone, on, onAlone, off].map(ms),
  ]),
];

/** The results of one run. */
function part(results, description) {
  const missed = missedOperations(results);
  return [
    wrapped(`${description}:`),
    markdownTable(costRows(results)),
    results.note && wrapped(results.note),
    missed.length === 0 ? 'All goals are reached.' : wrapped(`Not reached: ${missed.join('; ')}.`),
    ...(results.parts === undefined ? [] : ['What they consist of:', markdownTable(partRows(results))]),
    'Two-factor signatures, and beside each figure that of PBKDF2 alone:',
    markdownTable(twoFactorRows(results)),
  ]
    .filter((paragraph) => paragraph !== undefined)
    .join('\n\n');
}

/**
 * The part of docs/performance.md, without the markers.
 *
 * @param {import('./results.ts').OperationsRuns} runs
 * @param {(results: any) => string} describe what was measured on
 */
export const operationsSection = (runs, describe) =>
  Object.values(runs)
    .map((results) => part(results, describe(results)))
    .join('\n\n');
