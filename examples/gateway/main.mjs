// A gateway for 10 000 customers, in front of a bank. Run it with `npm run demo:gateway`; CUSTOMERS and SECONDS change
// how many there are, and how long each load lasts.
import color from 'picocolors';
import { runGateway } from './run.mjs';

const customers = Number(process.env.CUSTOMERS ?? 10_000);
const seconds = Number(process.env.SECONDS ?? 5);

const terminal = process.stdout.isTTY;
let shown = 0;
const progress = (what) => {
  if (terminal) process.stdout.write(`\r\u001b[K${what} ...`);
  // A line now and then is enough in a log.
  else if (
    performance.now() - shown > 2000 ||
    !/^\d+ of /.test(what) ||
    what.startsWith(`${customers} of `)
  ) {
    console.log(`${what} ...`);
    shown = performance.now();
  }
};

console.log(
  color.bold(`\nA gateway for ${customers.toLocaleString('en')} customers, one process, one store\n`),
);
const result = await runGateway({ customers, seconds, progress });
if (terminal) process.stdout.write('\r\u001b[K');

const percent = (part) => `${Math.round(part * 100)} %`;
const rows = [
  ['', 'per second', 'median ms', 'p99 ms', 'failed', 'CPU gateway', 'CPU bank'],
  ...result.phases.map((phase) => [
    phase.name,
    Math.round(phase.perSecond).toLocaleString('en'),
    phase.median.toFixed(1),
    phase.p99.toFixed(1),
    String(phase.failed),
    percent(phase.gatewayCpu),
    percent(phase.bankCpu),
  ]),
];
const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const row of rows) {
  console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
}
console.log(
  color.dim(
    `\n${result.activated.toFixed(1)} ms for an activation with its token, ${result.configured.toFixed(0)} µs to configure one again, ` +
      `${Math.round(result.memory / 1e6)} MB resident; ${result.connections} connections; CPU of one core each\n`,
  ),
);
if (result.phases.some(({ failed }) => failed > 0)) process.exitCode = 1;
