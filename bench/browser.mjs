/**
 * The contestants in Chromium.
 *
 *     npm run bench:browser                 writes bench/results/chromium.json, and docs/performance.md from it
 *     npm run bench:browser -- --quick      prints only
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import { install } from '../tools/lib/install.mjs';
import { main } from '../tools/lib/run.mjs';
import { EVERYWHERE } from './contestants/everywhere.mjs';
import { newActivation } from './lib/activation.mjs';
import { newToken } from './lib/instances.mjs';
import { machine } from './lib/machine.mjs';
import { openPages } from './lib/pages.mjs';
import { endProgress, progress } from './lib/progress.mjs';
import { timeInRounds } from './lib/rounds.mjs';
import { today } from './lib/today.mjs';
import { versionOf } from './lib/versions.mjs';
import { printHeaders } from './report/terminal.mjs';
import { writeReport, writeResults } from './report/write.mjs';

const PART = 'Headers in Chromium';
const FULL = { rounds: 15, seconds: 0.2 };
const QUICK = { rounds: 3, seconds: 0.1 };

const quick = process.argv.includes('--quick');
const effort = quick ? QUICK : FULL;
const peers = fileURLToPath(new URL('./peers/', import.meta.url));

await main(async () => {
  await install(peers, 'Install the libraries to compare with', ['--ignore-scripts']);
  progress(PART, 'open the pages');
  const token = newToken();
  const { runners, version, close } = await openPages(EVERYWHERE, {
    token,
    activation: await newActivation(),
  });
  try {
    const times = await timeInRounds(PART, runners, token, effort);
    const headers = runners.map(({ contestant: { id, name, of, kind } }, index) => ({
      ...{ id, name, kind },
      version: versionOf(of, version),
      ...times[index],
    }));
    const results = { date: today(), runtime: version, machine: machine(), effort, headers };
    endProgress();
    printHeaders(results);
    if (quick) return;
    writeResults('chromium', results);
    writeReport();
  } finally {
    await close();
  }
});
