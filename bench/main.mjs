/**
 * The benchmark suite: how long a token header takes, ours and others'.
 *
 *     npm run bench                 measures for minutes, writes bench/results/node.json
 *     npm run bench -- --quick      less than a minute, prints only
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import color from 'picocolors';
import { installLocked } from '../tools/lib/install.mjs';
import { main } from '../tools/lib/run.mjs';
import { machine } from './lib/machine.mjs';
import { endProgress } from './lib/progress.mjs';
import { measureHeaders } from './parts/headers.mjs';
import { headerRows } from './report/headers.mjs';
import { textTable } from './report/table.mjs';

const quick = process.argv.includes('--quick');
const effort = quick ? { rounds: 3, seconds: 0.04 } : { rounds: 15, seconds: 0.25 };

await main(() =>
  installLocked(fileURLToPath(new URL('./peers/', import.meta.url)), 'Install the libraries to compare with'),
);
const results = { machine: machine(), rounds: effort.rounds, ...(await measureHeaders(effort)) };
endProgress();

const { cpu, cores, node } = results.machine;
console.log(
  color.bold(`\n${cpu}, ${cores} cores, Node ${node}; median of ${effort.rounds} interleaved rounds\n`),
);
console.log(textTable(headerRows(results.headers)));
for (const { name, reason } of results.skipped) console.log(`skipped: ${name}: ${reason}`);
if (!quick) {
  writeFileSync(new URL('./results/node.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
}
