/**
 * The benchmark suite: how long a token header takes, ours and others'.
 *
 *     npm run bench                 measures for minutes; writes bench/results, and chart and documents from them
 *     npm run bench -- --quick      less than a minute; prints only
 *     npm run bench -- --sizes      measures bytes and memory alone, and puts them into the results that are there
 *     npm run bench -- --instances  measures 1 to 100 000 instances alone; writes bench/results/instances.json
 *     npm run bench -- --operations measures whole operations alone; writes bench/results/operations.json
 *     npm run bench -- --report     measures nothing; chart and documents from the results that are there
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { currentNode, hasSqlite } from '../tools/lib/current-node.mjs';
import { install } from '../tools/lib/install.mjs';
import { main, StepError } from '../tools/lib/run.mjs';
import { endProgress } from './lib/progress.mjs';
import { measureAll, measureBytes, measureMany, measureWhole } from './parts/index.mjs';
import { print, printInstances, printOperations } from './report/terminal.mjs';
import { readResults, writeOperations, writeReport, writeResults } from './report/write.mjs';

const FULL = {
  rounds: 31,
  seconds: 0.1,
  scale: 100_000,
  starts: 25,
  loopSeconds: 2,
  instances: [1, 1000, 10_000, 100_000],
  operations: { rounds: 21, warmUp: 30 },
  serverTokens: 1400,
  gateway: { customers: 200, seconds: 5 },
};
const QUICK = {
  rounds: 3,
  seconds: 0.04,
  scale: 2000,
  starts: 5,
  loopSeconds: 0.5,
  instances: [1, 1000],
  operations: { rounds: 3, warmUp: 2 },
  serverTokens: 20,
  gateway: { customers: 5, seconds: 0.3 },
};

const FLAGS = ['--quick', '--sizes', '--instances', '--operations', '--report'];
const has = (flag) => process.argv.includes(flag);
const peers = fileURLToPath(new URL('./peers/', import.meta.url));

await main(async () => {
  const unknown = process.argv.slice(2).find((flag) => !FLAGS.includes(flag));
  if (unknown !== undefined) throw new StepError(`${unknown} is none of ${FLAGS.join(', ')}`);
  if (has('--report')) return writeReport();
  if (has('--sizes')) {
    const bytes = await measureBytes(FULL);
    endProgress();
    writeResults('node', { ...readResults('node'), ...bytes });
    return writeReport();
  }
  if (has('--instances')) return benchInstances();
  if (has('--operations')) return benchOperations();
  await install(peers, 'Install the libraries to compare with', ['--ignore-scripts']);
  const effort = has('--quick') ? QUICK : FULL;
  const results = await measureAll(effort);
  endProgress();
  print(results);
  if (!has('--quick')) writeResults('node', results);
  await benchOperations();
  await benchInstances();
});

async function benchOperations() {
  const whole = await measureWhole(has('--quick') ? QUICK : FULL);
  endProgress();
  printOperations(whole);
  if (has('--quick')) return;
  writeOperations(whole);
  writeReport();
}

/** Many instances, measured on a Node that has SQLite. */
async function benchInstances() {
  if (!hasSqlite()) {
    const args = [fileURLToPath(import.meta.url), '--instances', ...(has('--quick') ? ['--quick'] : [])];
    const [code] = await once(spawn(await currentNode(), args, { stdio: 'inherit' }), 'exit');
    if (code !== 0) throw new StepError(`--instances ended with ${code}`);
    return;
  }
  const many = await measureMany(has('--quick') ? QUICK : FULL);
  endProgress();
  printInstances(many);
  if (has('--quick')) return;
  writeResults('instances', many);
  writeReport();
}
