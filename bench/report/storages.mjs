/**
 * The first table of docs/storage.md: what each storage is for, and what it costs.
 *
 * @module
 */
import { markdownTable } from './table.mjs';

/** Words of the table, by the ids of the results. */
const ROWS = [
  {
    id: 'memory',
    name: '[Memory](#what-every-storage-guarantees)',
    sharedBy: 'objects of one thread',
    survives: 'nothing',
    setUp: 'nothing',
    cannot: 'outlive its process, or be shared with another thread',
  },
  {
    id: 'sqlite',
    name: '[SQLite](#sqlite)',
    sharedBy: 'threads, processes and containers of one machine that run as one user',
    survives: 'process and machine (crash, power cut); not the loss of its disk, nor of its zone',
    setUp: 'nothing; on Node 20 a package',
    cannot: 'be on a network file system, or serve several machines',
  },
  {
    id: 'indexeddb',
    name: '[IndexedDB](#indexeddb)',
    sharedBy: 'windows and workers of one origin in one browser',
    survives: 'tab, browser and machine; not the user who clears site data',
    setUp: 'HTTPS; `navigator.storage.persist()` against eviction',
    cannot: 'prevent that the browser evicts it, unless the user permits that',
  },
  {
    id: 'redis',
    name: '[Redis](#redis), one server',
    sharedBy: 'any number of machines',
    survives:
      'process; machine (crash, power cut) with `appendfsync always`; not the loss of the server’s disk or zone',
    setUp: 'a server with `appendonly yes`, a sealing key for all machines',
    cannot: 'go on while the server is down; headers of cached tokens do',
  },
  {
    id: 'redis-replicas',
    name: '[Redis](#redis) with replicas: Sentinel or Cluster',
    sharedBy: 'any number of machines',
    survives:
      'process, machine, and zone if replicas are elsewhere: with `durability` what was confirmed, as long as a replica that has it takes over; without it the latest writes may be lost',
    setUp:
      'servers and replicas on several machines, three sentinels or a cluster, `durability`, a sealing key',
    cannot:
      'guarantee what a consensus would: WAIT counts replicas, but doesn’t choose the one that takes over',
  },
  {
    id: 'postgres',
    name: '[PostgreSQL](#postgresql)',
    sharedBy: 'any number of machines',
    survives:
      'process and machine; the loss of the server, and of its zone, with a synchronous standby elsewhere',
    setUp: 'a database and a role, a sealing key; `listen` behind PgBouncer in transaction mode',
    cannot:
      'replace a failed primary by itself: that takes another program; commit several writes with notices at once',
  },
];

/** Milliseconds, as exact as they were measured. @param {number} value */
function ms(value) {
  if (value < 0.01) return 'less than 0.01 ms';
  return `${value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** @param {import('./results.ts').StorageResults} results */
export function storageRows({ costs }) {
  const rows = ROWS.flatMap(({ id, name, sharedBy, survives, setUp, cannot }) => {
    const cost = costs.find((one) => one.id === id);
    return cost === undefined ? [] : [[name, sharedBy, survives, ms(cost.p50), ms(cost.p99), setUp, cannot]];
  });
  return [
    ['Storage', 'Shared by', 'What survives', 'Update, p50', 'p99', 'To set up', 'What it can’t do'],
    ...rows,
  ];
}

/** A paragraph of lines that fit a page. @param {string} text */
const wrapped = (text) => text.replaceAll(/(.{1,120})(?: |$)/g, '$1\n').trim();

/**
 * The part of docs/storage.md, without the markers.
 *
 * @param {import('./results.ts').StorageResults} results
 * @param {string} where what was measured on
 */
export function storagesSection(results, where) {
  const { effort, load, date } = results;
  const note = `An update reads, changes and writes a record of 400 bytes, and resolves when that is on the disk (${effort.rounds} interleaved rounds of ${effort.updates} updates, one after another, ${where}, load average ${load}, ${date}; \`npm run bench:updates\` makes the table). Servers were on the same machine: add a round trip of your network and, with replicas, one between the servers. There were two replicas, and both had to confirm.`;
  return `${markdownTable(storageRows(results), (column) => column === 3 || column === 4)}\n\n${wrapped(note)}`;
}
