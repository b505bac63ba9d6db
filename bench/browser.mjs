/**
 * The contestants in Chromium, ours in Node beside them, and whole operations in Chromium, Firefox and Node.
 *
 *     npm run bench:browser                 writes bench/results/chromium.json, and docs/performance.md from it
 *     npm run bench:browser -- --quick      prints only
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { findProgram } from '../test/helpers/program-files.mjs';
import { install } from '../tools/lib/install.mjs';
import { main } from '../tools/lib/run.mjs';
import { EVERYWHERE } from './contestants/everywhere.mjs';
import { OPERATIONS } from './contestants/operations.mjs';
import { newActivationWithServer } from './lib/activation.mjs';
import { newToken } from './lib/instances.mjs';
import { machine } from './lib/machine.mjs';
import { openPages } from './lib/pages.mjs';
import { startContestants, stopAll } from './lib/processes.mjs';
import { endProgress, progress } from './lib/progress.mjs';
import { timeInRounds } from './lib/rounds.mjs';
import { today } from './lib/today.mjs';
import { versionOf } from './lib/versions.mjs';
import { printBrowser } from './report/terminal.mjs';
import { writeReport, writeResults } from './report/write.mjs';

const FULL = { rounds: 15, seconds: 0.2 };
const QUICK = { rounds: 3, seconds: 0.1 };
const NODE = `Node ${process.versions.node}`;

const quick = process.argv.includes('--quick');
const effort = quick ? QUICK : FULL;
const peers = fileURLToPath(new URL('./peers/', import.meta.url));

/** Bundles for browsers have no wasm-scalar. */
const inPages = EVERYWHERE.filter(({ id }) => !id.includes('scalar'));
/** What is compared between Chromium and Node. */
const inNode = EVERYWHERE.filter(({ id }) => /^(?:batch|batch-read|next|generate)-wasm-simd$/.test(id));

/** Headers: of all in Chromium, of ours in Node, in the same rounds. */
async function measureHeaders(setting) {
  const part = 'Headers in Chromium';
  progress(part, 'open the pages');
  const { runners, version, close } = await openPages(inPages, setting);
  const beside = await startContestants(inNode, setting);
  try {
    const times = await timeInRounds(part, [...runners, ...beside], setting.token, effort);
    const row = ({ contestant: { id, name, of, kind } }, time) => ({
      ...{ id, name, kind },
      version: versionOf(of, version),
      ...time,
    });
    return {
      runtime: version,
      headers: runners.map((runner, index) => row(runner, times[index])),
      node: beside.map((runner, index) => row(runner, times[runners.length + index])),
    };
  } finally {
    await stopAll(beside);
    await close();
  }
}

/** Whole operations, in the same rounds in each runtime that is there. */
async function measureOperations(setting) {
  const part = 'Operations';
  const opened = [];
  const runners = [];
  try {
    for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
      if (findProgram(name) === undefined) continue;
      progress(part, `open the pages in ${name}`);
      const pages = await openPages(OPERATIONS, setting, name);
      opened.push(pages.close);
      runners.push(...pages.runners.map((runner) => ({ ...runner, runtime: pages.version })));
    }
    const beside = await startContestants(OPERATIONS, setting);
    opened.push(() => stopAll(beside));
    runners.push(...beside.map((runner) => ({ ...runner, runtime: NODE })));
    const times = await timeInRounds(part, runners, undefined, effort);
    return runners.map(({ contestant: { id, name }, runtime }, index) => ({
      ...{ id, name, runtime },
      ...times[index],
    }));
  } finally {
    await Promise.all(opened.map((close) => close()));
  }
}

await main(async () => {
  await install(peers, 'Install the libraries to compare with', ['--ignore-scripts']);
  const { activation, close } = await newActivationWithServer();
  try {
    const setting = { token: newToken(), activation };
    const measured = await measureHeaders(setting);
    const operations = await measureOperations(setting);
    const results = { date: today(), machine: machine(), effort, ...measured, operations };
    endProgress();
    printBrowser(results);
    if (quick) return;
    writeResults('chromium', results);
    writeReport();
  } finally {
    await close();
  }
});
