/**
 * What the documents say of a run: the README in short, docs/performance.md in full. All of it comes from the results in
 * git, none of it is written by hand.
 *
 * @module
 */
import { besideNodeRows, operationRows } from './browser.mjs';
import { chart } from './chart.mjs';
import { number, rate } from './figures.mjs';
import { goalRows } from './goals.mjs';
import { BASELINE, headerRows } from './headers.mjs';
import { instancesSection } from './instances.mjs';
import { operationsSection } from './operations.mjs';
import { storagesSection } from './storages.mjs';
import { markdownTable } from './table.mjs';

/**
 * @typedef {import('./results.ts').BrowserResults} BrowserResults
 * @typedef {import('./results.ts').Results} Results
 * @typedef {import('./results.ts').InstancesResults} InstancesResults
 * @typedef {import('./results.ts').OperationsRuns} OperationsRuns
 * @typedef {import('./results.ts').StorageResults} StorageResults
 */

/** The chart's file. */
export const CHART = 'docs/benchmark.svg';
/** What the README compares: the plain way, the native SDKs' way, and our three ways to a header. */
const IN_SHORT = [BASELINE, 'native', 'generate-wasm-simd', 'next-wasm-simd', 'batch-wasm-simd'];

/**
 * Contestants that are only in the table, not in the chart: parts of our engines, and those that make no complete
 * header.
 */
const inChart = ({ id }) => !/^(?:engine|sha-ni)/.test(id);

/** The chart of a run in Node. @param {Results} results */
export const chartOf = ({ headers }) => chart(headers.filter(inChart), 'Token headers per second, one core');

/** What was measured on. */
export const description = (results) =>
  `${where(results)}; medians of ${results.effort.rounds} interleaved rounds, ${results.date}`;

/** Runtime and machine. */
export function where({ runtime, machine: { cpu, cores, extensions, system } }) {
  const features = extensions.includes('sha_ni') ? ' with SHA-NI' : '';
  return `${runtime} on ${cpu}${features}, ${cores} cores, ${system}`;
}

/** Figures without a goal, in sentences. */
export function otherFigures({ startUp, workers, eventLoop }) {
  const delay = (id) => `${eventLoop.find((entry) => entry.id === id).p99.toFixed(1)} ms`;
  return [
    `From a cold start to the first header: ${number(startUp.header.median)} ms; to the bare import: ${number(startUp.bare.median)} ms.`,
    `Two workers: ${rate(workers.two)} headers per second.`,
    `Event-loop delay (99th percentile) with 64 headers in each turn: ${delay('batch-wasm-simd')} with nextBatch, ${delay('next-wasm-simd')} with next, ${delay('node-crypto')} with node:crypto, ${delay('web-crypto-64')} with WebCrypto; ${delay('nobody')} with nothing to make.`,
  ].join('\n');
}

/** What bundles for browsers consist of. @param {Results} results */
const bundleRows = ({ sizes: { parts } }) => [
  ['part of a bundle, KB', 'whole SDK, minified', 'gzip', '`tokens`, minified', 'gzip'],
  ...Object.entries(parts.sdk).map(([name, sdk]) => [
    name,
    ...kilobytesOf(sdk),
    ...kilobytesOf(parts.tokens[name]),
  ]),
];

/** @param {{ minified: number, gzip: number } | undefined} part */
const kilobytesOf = (part) =>
  part === undefined ? ['', ''] : [part.minified, part.gzip].map((bytes) => (bytes / 1000).toFixed(1));

/**
 * The README's part, without the markers.
 *
 * @param {Results} node results of a run in Node
 */
export const summary = (node) => `![Token headers per second, one core](${CHART})

${markdownTable(headerRows(node.headers, IN_SHORT))}

${description(node)}. \`npm run bench\` makes table and chart.`;

/**
 * The part of docs/performance.md, without the markers.
 *
 * @param {Results} node results of a run in Node
 * @param {BrowserResults} chromium results of a run in Chromium
 */
export const section = (node, chromium) => `One token header: a fresh nonce, HMAC-SHA-256, Base64 and text.

![Token headers per second, one core](${CHART.replace('docs/', '')})

${description(node)}:

${markdownTable(headerRows(node.headers))}

${markdownTable(goalRows(node))}

${markdownTable(bundleRows(node))}

${otherFigures(node)}

${description(chromium)}:

${markdownTable(headerRows(chromium.headers))}${besideNode(chromium)}`;

/** @param {BrowserResults} chromium */
const besideNode = (chromium) =>
  chromium.node === undefined
    ? ''
    : `

Ours in the same rounds in Node; "each header read" makes Chromium flatten the text, as sending it does:

${markdownTable(besideNodeRows(chromium))}

Whole operations, in the same rounds:

${markdownTable(operationRows(chromium))}`;

/**
 * The part of docs/performance.md about many instances, without the markers.
 *
 * @param {InstancesResults} results
 */
export const manyInstances = (results) =>
  instancesSection(results, `${where(results)}, ${results.date}, load average ${results.load}`);

/**
 * The part of docs/performance.md about whole operations, without the markers.
 *
 * @param {OperationsRuns} runs
 */
export const wholeOperations = (runs) => operationsSection(runs, description);

/**
 * The part of docs/storage.md, without the markers.
 *
 * @param {StorageResults} results
 */
export const storages = (results) => storagesSection(results, where(results));

/**
 * A document with its part in place.
 *
 * @param {string} text
 * @param {string} part
 * @param {string} [name] of the markers
 * @throws {Error} unless both markers are there, once each, in their order
 */
export function withSection(text, part, name = 'bench') {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const parts = text.split(begin);
  const rest = parts[1]?.split(end) ?? [];
  if (parts.length !== 2 || rest.length !== 2)
    throw new Error(`The document needs ${begin} and ${end}, once each`);
  return `${parts[0]}${begin}\n${part}\n${end}${rest[1]}`;
}
