/**
 * A fleet on paper: what the measured costs of one process mean for a million activations.
 *
 * @module
 */
import { number } from './figures.mjs';
import { markdownTable } from './table.mjs';

const ACTIVATIONS = 1e6;
const HEADERS = 1e6;
/** Changed records in a second, over the whole fleet: logins, signatures of others, removed tokens. */
const CHANGES = 1000;

const gigabytes = (bytes) => `${number(bytes / 1e9)} GB`;
const seconds = (us) => `${number(us / 1e6)} s`;

/**
 * What a million activations and a million headers a second need.
 *
 * @param {import('./results.ts').InstancesResults} results
 */
export function fleetRows({ shared, gateway }) {
  const most = shared[shared.length - 1];
  const signed = gateway.phases.find(({ name }) => name.startsWith('signed'));
  const plain = gateway.phases.find(({ name }) => name.startsWith('requests without'));
  if (signed === undefined || plain === undefined) throw new Error('the gateway has sent nothing');
  const cpuOf = ({ gatewayCpu, perSecond }) => gatewayCpu / perSecond;
  const http = Math.round((100 * cpuOf(plain)) / cpuOf(signed));
  const processes = Math.ceil(ACTIVATIONS / most.count);
  return [
    ['what', 'needed', 'how', 'bounded by'],
    [
      'memory, all tokens in use',
      gigabytes(most.inUse * ACTIVATIONS),
      `${number(most.inUse)} B each; ${processes} processes of ${number(most.count)} took ${gigabytes(processes * most.resident)} after a cold start`,
      'memory; the cache of a thread holds a million tokens unless `setTokenCacheCapacity` says otherwise',
    ],
    [
      'headers, each of another instance, in any order',
      `${number((HEADERS * most.headers.anyOrder) / 1e9)} cores`,
      `${number(most.headers.anyOrder)} ns each`,
      'waiting for memory: split the activations over processes, so that each has fewer',
    ],
    [
      'headers, in the order of the last turn',
      `${number((HEADERS * most.headers.inOrder) / 1e9)} cores`,
      `${number(most.headers.inOrder)} ns each`,
      'the SIMD compression',
    ],
    [
      'configuring all',
      `${seconds(most.configure * ACTIVATIONS)} of one core`,
      `${number(most.configure)} µs each`,
      'nothing shared: the processes do it side by side',
    ],
    [
      'the first header of all',
      `${seconds(most.cold * ACTIVATIONS)} of one core`,
      `${number(most.cold)} µs each, ${most.reads} reads of the storage`,
      'the storage: a server has to answer two million reads',
    ],
    [
      `notices, ${number(CHANGES)} changed records a second`,
      `${number((CHANGES * most.dispatch) / 1e4)} % of a core in each process`,
      `${number(most.dispatch)} µs each, in each process on the storage`,
      'the storage, which sends each notice to each process: give parts of the fleet storages of their own',
    ],
    [
      '“everything may have changed”',
      'two reads by each instance, at its next use',
      `${number(most.generalNotice)} µs for the notice itself`,
      'the storage: after a lost connection it is asked as after a restart',
    ],
    [
      'signed requests',
      `${number(HEADERS / signed.perSecond)} processes for as many as headers`,
      `${number(signed.perSecond)} a second in one gateway; each updates a record and is sent`,
      `the processor: HTTP takes ${http} % of it, as the row without a signature shows, and the commit of the counter most of the rest`,
    ],
    ['locks and database for headers', 'none', 'a header of a loaded token reads and locks nothing', ''],
  ];
}

/** The section. */
export function fleetSection(results) {
  return `### A million activations, on paper

From the rows above, for a fleet of ${number(ACTIVATIONS)} activations that makes ${number(HEADERS)} headers a second:

${markdownTable(fleetRows(results))}

Locks are held by calls that create a token or change an activation, one for each instance and token name, so a fleet
waits only where two processes act for one activation.`;
}
