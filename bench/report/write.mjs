/**
 * Results on disk, and what is made of them.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  CHART,
  chartOf,
  manyInstances,
  section,
  storages,
  summary,
  wholeOperations,
  withSection,
} from './documents.mjs';
import { instancesPlot, PLOT } from './instances.mjs';

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Where the results of a run are kept. */
const resultsFile = (runtime) => path(`bench/results/${runtime}.json`);

export const readResults = (runtime) => JSON.parse(readFileSync(resultsFile(runtime), 'utf8'));

/** @param {'node' | 'chromium' | 'instances' | 'operations' | 'storages'} runtime */
export function writeResults(runtime, results) {
  mkdirSync(path('bench/results'), { recursive: true });
  writeFileSync(resultsFile(runtime), `${JSON.stringify(results, null, 2)}\n`);
}

/** Keeps those of other versions of Node. */
export function writeOperations(results) {
  const [major] = process.versions.node.split('.');
  const file = resultsFile('operations');
  const others = existsSync(file) ? readResults('operations') : {};
  writeResults('operations', { ...others, [major]: results });
}

/** Makes the chart and the documents' parts again from the results. */
export function writeReport() {
  const node = readResults('node');
  writeFileSync(path(CHART), chartOf(node));
  const parts = {
    'README.md': summary(node),
    'docs/performance.md': section(node, readResults('chromium')),
  };
  for (const [name, part] of Object.entries(parts)) {
    writeFileSync(path(name), withSection(readFileSync(path(name), 'utf8'), part));
  }
  const instances = readResults('instances');
  const performance = path('docs/performance.md');
  writeFileSync(path(PLOT), instancesPlot(instances));
  const sections = {
    instances: manyInstances(instances),
    operations: wholeOperations(readResults('operations')),
  };
  for (const [name, part] of Object.entries(sections)) {
    writeFileSync(performance, withSection(readFileSync(performance, 'utf8'), part, name));
  }
  writeStoragesPage();
}

/** Keeps what was measured of storages, and puts it into docs/storage.md. */
export function writeStorages(results) {
  writeResults('storages', results);
  writeStoragesPage();
}

function writeStoragesPage() {
  const page = path('docs/storage.md');
  const part = storages(readResults('storages'));
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), part, 'storages'));
}
