/**
 * Results on disk, and what is made of them.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHART, chartOf, section, withSection } from './readme.mjs';

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Where the results of a run are kept. */
const resultsFile = (runtime) => path(`bench/results/${runtime}.json`);

export const readResults = (runtime) => JSON.parse(readFileSync(resultsFile(runtime), 'utf8'));

/** @param {'node' | 'chromium'} runtime */
export function writeResults(runtime, results) {
  mkdirSync(path('bench/results'), { recursive: true });
  writeFileSync(resultsFile(runtime), `${JSON.stringify(results, null, 2)}\n`);
}

/** Makes README and chart anew from the results. */
export function writeReport() {
  const node = readResults('node');
  writeFileSync(path(CHART), chartOf(node));
  writeFileSync(
    path('README.md'),
    withSection(readFileSync(path('README.md'), 'utf8'), section(node, readResults('chromium'))),
  );
}
