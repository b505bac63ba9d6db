/**
 * A run's results for a terminal.
 *
 * @module
 */
import color from 'picocolors';
import { besideNodeRows, operationRows } from './browser.mjs';
import { goals, goalRows } from './goals.mjs';
import { headerRows } from './headers.mjs';
import { description, otherFigures, where } from './documents.mjs';
import { gatewayRows, instanceRows } from './instances.mjs';
import { costRows, partRows, twoFactorRows } from './operations.mjs';
import { textTable } from './table.mjs';

/** The contestants' part of a run. */
export function printHeaders(results) {
  console.log(`\n${color.bold(description(results))}\n\n${textTable(headerRows(results.headers))}\n`);
}

/** All of a run in browsers. */
export function printBrowser(results) {
  printHeaders(results);
  console.log(`${textTable(besideNodeRows(results))}\n\n${textTable(operationRows(results))}\n`);
}

/** All of a run in Node. */
export function print(results) {
  printHeaders(results);
  for (const { name, reason } of results.skipped) console.log(`skipped: ${name}, because ${reason}`);
  const [head, ...rows] = textTable(goalRows(results)).split('\n');
  console.log(head);
  const met = goals(results).map((goal) => goal.met);
  for (const [index, row] of rows.entries()) console.log(met[index] ? color.green(row) : color.red(row));
  console.log(`\n${otherFigures(results)}\n`);
}

/** What many instances cost. */
export function printInstances(results) {
  console.log(
    `${color.bold(where(results))}\n\n${textTable(instanceRows(results))}\n\n${textTable(gatewayRows(results.gateway))}\n`,
  );
}

/** What whole operations cost. */
export function printOperations(results) {
  console.log(`${color.bold(where(results))}\n\n${textTable(costRows(results))}\n`);
  console.log(`${textTable(partRows(results))}\n`);
  console.log(`${textTable(twoFactorRows(results))}\n`);
}
