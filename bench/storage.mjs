/**
 * How fast the storage on a disk is: updates (read, change, write, durable before they are acknowledged) of 400-byte
 * records, in one process and in several that share a store, beside SQLite used plainly. Prints a table. Contestants take
 * turns in short rounds, so that what else the machine does hits them alike; ratios are medians of those of the rounds.
 *
 *     npm run bench:storage                  a few minutes
 *     ROUNDS=3 SECONDS=0.5 PROCESSES=1,4 npm run bench:storage
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { storageContestants } from './contestants/storages.mjs';
import { median, quantile } from './lib/statistics.mjs';
import { number, rate, times } from './report/figures.mjs';
import { textTable } from './report/table.mjs';

const SECONDS = Number(process.env.SECONDS ?? 1);
const ROUNDS = Number(process.env.ROUNDS ?? 7);
const PROCESSES = (process.env.PROCESSES ?? '1,4,8').split(',').map(Number);
const CONTESTANTS = (process.env.CONTESTANTS ?? 'sqlite,plain,full').split(',');
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

console.log(
  `Node ${process.versions.node}; medians of ${ROUNDS} rounds of ${SECONDS} s, 8 loops in each process\n`,
);
const rows = [HEAD];
for (const processes of PROCESSES) {
  const rounds = Object.fromEntries(CONTESTANTS.map((contestant) => [contestant, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const contestant of CONTESTANTS) rounds[contestant].push(await measure(contestant, processes));
  }
  for (const contestant of CONTESTANTS)
    rows.push(rowOf(contestant, processes, rounds[contestant], rounds[MARK] ?? rounds[contestant]));
}
console.log(textTable(rows));
