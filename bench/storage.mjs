/**
 * How fast the default storage in Node is. First updates (read, change, write, durable before they are acknowledged) of
 * 400-byte records, in one process and in several that share a store, beside SQLite used plainly. Contestants take turns
 * in short rounds, so that what else the machine does hits them alike; ratios are medians of those of the rounds. Then cold
 * starts, and what a long log does to the event loop. Prints tables.
 *
 *     npm run bench:storage                  a few minutes
 *     ROUNDS=3 SECONDS=0.5 PROCESSES=1,4 npm run bench:storage
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { storageContestants } from './contestants/storages.mjs';
import { newActivation } from './lib/activation.mjs';
import { inProcess } from './lib/child.mjs';
import { filledStorage, newToken } from './lib/instances.mjs';
import { median, quantile } from './lib/statistics.mjs';
import { nameOf, tokens } from './lib/tokens.mjs';
import { number, rate, times } from './report/figures.mjs';
import { textTable } from './report/table.mjs';

const SECONDS = Number(process.env.SECONDS ?? 1);
const ROUNDS = Number(process.env.ROUNDS ?? 7);
const PROCESSES = (process.env.PROCESSES ?? '1,4,8').split(',').map(Number);
const CONTESTANTS = (process.env.CONTESTANTS ?? 'sqlite,plain,full').split(',');
/** How many records are many. */
const RECORDS = Number(process.env.RECORDS ?? 100_000);
const STARTS = 7;
const LOG_BYTES = 100e6;
/** What the others are compared with. */
const MARK = 'plain';

const child = fileURLToPath(new URL('./lib/storage-process.mjs', import.meta.url));

async function answerOf(process) {
  const ended = once(process, 'exit').then(([code]) =>
    Promise.reject(new Error(`A contestant ended with ${code}`)),
  );
  const [answer] = await Promise.race([once(process, 'message'), ended]);
  ended.catch(() => undefined);
  return answer;
}

/** All processes begin at the same time; resolves to what they measured together. */
async function measure(contestant, processes) {
  const folder = mkdtempSync(join(tmpdir(), 'powerauth-wasm-bench-'));
  const children = Array.from({ length: processes }, () =>
    fork(child, [contestant, folder, String(SECONDS)]),
  );
  try {
    await Promise.all(children.map(answerOf));
    for (const each of children) each.send('begin');
    const results = await Promise.all(children.map(answerOf));
    const latencies = results.flatMap((result) => result.latencies);
    const updates = results.map((result) => result.latencies.length);
    return {
      rate: latencies.length / SECONDS,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      slowest: quantile(latencies, 1),
      held: Math.max(...results.map(({ held }) => held)),
      fairness: Math.min(...updates) / Math.max(...updates),
    };
  } finally {
    for (const each of children) each.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const HEAD = [
  '',
  'updates/s',
  'ratio',
  'p50 ms',
  'p99 ms',
  'slowest ms',
  'loop held ms',
  'slowest/fastest process',
];

/** Medians of the rounds. */
function rowOf(contestant, processes, rounds, marks) {
  const middle = (figure) => median(rounds.map((round) => round[figure]));
  const ratio = median(rounds.map((round, index) => round.rate / marks[index].rate));
  return [
    `${storageContestants[contestant].name} × ${processes}`,
    rate(middle('rate')),
    times(ratio),
    middle('p50').toFixed(2),
    middle('p99').toFixed(2),
    number(middle('slowest')),
    number(middle('held')),
    `${Math.round(100 * middle('fairness'))} %`,
  ];
}

async function printUpdates() {
  const rows = [HEAD];
  for (const processes of PROCESSES) {
    /** @type {Record<string, Awaited<ReturnType<typeof measure>>[]>} */
    const rounds = Object.fromEntries(CONTESTANTS.map((contestant) => [contestant, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const contestant of CONTESTANTS) rounds[contestant].push(await measure(contestant, processes));
    }
    for (const contestant of CONTESTANTS) {
      rows.push(rowOf(contestant, processes, rounds[contestant], rounds[MARK] ?? rounds[contestant]));
    }
  }
  console.log(`${textTable(rows)}\n`);
}

/** Runs `work` with a folder that is gone afterwards. */
async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'powerauth-wasm-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What some new processes measured, one after another. */
async function starts(message, options) {
  const results = [];
  for (let i = 0; i < STARTS; i++)
    results.push(await inProcess('storage-start-process.mjs', message, options));
  return results;
}

const milliseconds = (samples) => `${number(median(samples))} ms`;

/** A store with so many records, opened. */
const opening = (records) =>
  inFolder(async (path) => {
    const storage = await storageContestants.sqlite.open(path);
    const value = new Uint8Array(400);
    for (let first = 0; first < records; first += 1000) {
      const count = Math.min(1000, records - first);
      await Promise.all(Array.from({ length: count }, (_, i) => storage.set(`record ${first + i}`, value)));
    }
    await storage.close();
    const opened = await starts({ task: 'open', path, key: 'record 0' });
    return [
      `load the storage, open ${number(records)} records, read one`,
      milliseconds(opened.map(({ ms }) => ms)),
    ];
  });

/** A header made from the default storage. */
const firstHeader = () =>
  inFolder(async (folder) => {
    const activation = await newActivation();
    const path = join(folder, 'powerauth-wasm');
    const storage = await storageContestants.sqlite.open(path);
    await storage.sealingKey?.();
    const sealingKey = readFileSync(join(path, 'sealing.key')).toString('base64');
    await filledStorage({ ...activation, sealingKey }, 'bench', tokens(newToken(), 1), storage);
    await storage.close();
    const message = { task: 'header', configuration: activation.configuration, name: nameOf(0) };
    const made = await starts(message, { env: { ...process.env, XDG_DATA_HOME: folder } });
    return [
      ['load the package, configure, first header by name', milliseconds(made.map(({ ms }) => ms))],
      ['the same from the start of the process', milliseconds(made.map(({ sinceStart }) => sinceStart))],
    ];
  });

const longLog = () =>
  inFolder(async (path) => {
    const message = { path, bytes: LOG_BYTES, seconds: SECONDS };
    const { length, before, during, closing } = await inProcess('long-log-process.mjs', message);
    const log = `a log of ${Math.round(length / 1e6)} MB`;
    return [
      [`event loop held while updating, at most; a reader keeps ${log}`, `${number(before)} ms`],
      [`the same while ${log} is copied into the database`, `${number(during)} ms`],
      ['the same in close()', `${number(closing)} ms`],
    ];
  });

console.log(
  `Node ${process.versions.node}; medians of ${ROUNDS} rounds of ${SECONDS} s, 8 loops in each process\n`,
);
await printUpdates();
const others = [await opening(10), await opening(RECORDS), ...(await firstHeader()), ...(await longLog())];
console.log(`Medians of ${STARTS} new processes, and one long log\n\n${textTable(others)}`);
