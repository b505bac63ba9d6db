/**
 * The benchmark suite: how long a token header takes, ours and others'.
 *
 *     npm run bench                 measures for minutes, writes bench/results/node.json
 *     npm run bench -- --quick      less than a minute, prints only
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import color from 'picocolors';
import { machine } from './lib/machine.mjs';
import { endProgress } from './lib/progress.mjs';
import { measureHeaders } from './parts/headers.mjs';
import { headerRows } from './report/headers.mjs';
import { textTable } from './report/table.mjs';

const quick = process.argv.includes('--quick');
const effort = quick ? { rounds: 5, seconds: 0.05 } : { rounds: 15, seconds: 0.25 };

const results = { machine: machine(), rounds: effort.rounds, headers: await measureHeaders(effort) };
endProgress();

const { cpu, cores, node } = results.machine;
console.log(
  color.bold(`\n${cpu}, ${cores} cores, Node ${node}; median of ${effort.rounds} interleaved rounds\n`),
);
console.log(textTable(headerRows(results.headers)));
if (!quick) {
  writeFileSync(new URL('./results/node.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
}
