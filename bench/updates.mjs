/**
 * What one update costs in each storage: the first table of docs/storage.md. Servers run on this machine and write to
 * its disk before they answer, so a network is not among the figures. Storages take turns in short rounds, so that what
 * else the machine does hits them alike.
 *
 *     npm run bench:updates               writes bench/results/storages.json, and docs/storage.md from it
 *     npm run bench:updates -- --quick    prints only
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { postgresStorage } from 'powerauth-wasm/storage/postgres';
import { redisStorage } from 'powerauth-wasm/storage/redis';
import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
import { launchProfile } from '../test/helpers/browsers.mjs';
import { bundleForPage, servePages } from '../test/helpers/pages.mjs';
import { PostgresServer } from '../test/helpers/postgres-server.mjs';
import { RedisSentinel } from '../test/helpers/redis-sentinel.mjs';
import { RedisServer } from '../test/helpers/redis-server.mjs';
import { main } from '../tools/lib/run.mjs';
import { machine } from './lib/machine.mjs';
import { endProgress, progress } from './lib/progress.mjs';
import { quantile, rounded } from './lib/statistics.mjs';
import { today } from './lib/today.mjs';
import { updateLatencies } from './lib/update-latency.mjs';
import { storageRows } from './report/storages.mjs';
import { textTable } from './report/table.mjs';
import { writeStorages } from './report/write.mjs';

const PART = 'Updates';
const FULL = { rounds: 12, updates: 100 };
const QUICK = { rounds: 2, updates: 20 };

const quick = process.argv.includes('--quick');
const { rounds, updates } = quick ? QUICK : FULL;

/** What is to be ended, the last first. */
const endings = [];

function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'powerauth-wasm-bench-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A storage in this process, which is closed at the end. */
function measured(storage) {
  endings.push(() => storage.close());
  return (count) => updateLatencies(storage, count);
}

async function inChromium() {
  const script = await bundleForPage(new URL('./browser/updates.mjs', import.meta.url), {
    sourcemap: false,
    tsconfigRaw: '{}',
  });
  const server = await servePages({
    '/': '<script type="module" src="/page.js"></script>',
    '/page.js': script,
  });
  endings.push(() => server.close());
  // A profile on the disk: contexts without one keep their databases in memory.
  const browser = await launchProfile('chromium', newFolder());
  endings.push(() => browser.close());
  const page = await browser.newPage();
  await page.goto(server.origin);
  await page.waitForFunction(() => 'updateLatencies' in globalThis);
  return (count) => page.evaluate((many) => globalThis.updateLatencies(many), count);
}

/** By the id of a row; each returns what measures so many updates. */
const STARTS = {
  memory: async () => measured(memoryStorage()),
  sqlite: async () => {
    return measured(sqliteStorage({ path: newFolder() }));
  },
  indexeddb: inChromium,
  redis: async () => {
    const server = await RedisServer.start({ args: ['--appendfsync', 'always'] });
    endings.push(() => server.close());
    return measured(redisStorage({ url: server.url }));
  },
  'redis-replicas': async () => {
    const watched = await RedisSentinel.start({ replicas: 2, args: ['--appendfsync', 'always'] });
    endings.push(() => watched.close());
    const durability = { replicas: 2, timeoutMs: 5000 };
    return measured(redisStorage({ sentinel: watched.settings, durability }));
  },
  postgres: async () => {
    const server = await PostgresServer.start({ settings: ['fsync=on', 'synchronous_commit=on'] });
    endings.push(() => server.close());
    return measured(postgresStorage({ connectionString: server.url }));
  },
};

await main(async () => {
  const load = loadavg()[0] ?? 0;
  try {
    const contestants = [];
    for (const [id, start] of Object.entries(STARTS)) {
      progress(PART, `start ${id}`);
      const measure = await start();
      // New code is slow.
      await measure(updates);
      contestants.push({ id, measure, latencies: /** @type {number[]} */ ([]) });
    }
    for (let round = 1; round <= rounds; round++) {
      // Each comes after another one each time: what one leaves to the disk burdens the next.
      const from = round % contestants.length;
      const turns = [...contestants.slice(from), ...contestants.slice(0, from)];
      for (const { id, measure, latencies } of round % 2 === 0 ? turns : turns.reverse()) {
        progress(PART, `round ${round} of ${rounds}, ${id}`);
        latencies.push(...(await measure(updates)));
      }
    }
    endProgress();
    const costs = contestants.map(({ id, latencies }) => ({
      id,
      p50: rounded(quantile(latencies, 0.5)),
      p99: rounded(quantile(latencies, 0.99)),
    }));
    const results = {
      date: today(),
      runtime: `Node ${process.versions.node}`,
      machine: machine(),
      load: rounded(load),
      effort: { rounds, updates },
      costs,
    };
    console.log(`\n${textTable(costs.map(({ id, p50, p99 }) => [id, `${p50} ms`, `${p99} ms`]))}\n`);
    if (storageRows(results).length !== costs.length + 1)
      throw new Error('A row of the table has no figures');
    if (!quick) writeStorages(results);
  } finally {
    for (const end of endings.reverse()) await end();
  }
});
