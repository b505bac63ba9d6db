/**
 * How fast the embedded storages are: updates (read, change, write, durable before they are acknowledged) of 400-byte
 * records, in one process and in several that share a store. Prints a table; needs a Node with SQLite.
 *
 *     node tools/with-node.mjs bench/storage.mjs
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quantile } from './lib/statistics.mjs';

const SECONDS = Number(process.env.SECONDS ?? 2);
const child = fileURLToPath(new URL('./lib/storage-process.mjs', import.meta.url));

/** All processes begin at the same time; resolves to what each of them measured. */
async function measure(driver, processes) {
  const folder = mkdtempSync(join(tmpdir(), 'powerauth-wasm-bench-'));
  const children = Array.from({ length: processes }, () => fork(child, [driver, folder, String(SECONDS)]));
  try {
    await Promise.all(children.map((each) => once(each, 'message')));
    for (const each of children) each.send('begin');
    return await Promise.all(children.map(async (each) => (await once(each, 'message'))[0]));
  } finally {
    for (const each of children) each.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

console.log(`Node ${process.versions.node}, ${SECONDS} s each, 8 loops in each process`);
for (const processes of [1, 4, 8]) {
  for (const driver of ['lmdb', 'sqlite']) {
    const results = await measure(driver, processes);
    const times = results.flatMap(({ latencies }) => latencies).sort((a, b) => a - b);
    const updates = results.map(({ latencies }) => latencies.length);
    console.log(
      [
        `${driver} × ${processes}`.padEnd(10),
        `${Math.round(times.length / SECONDS)} updates/s`.padStart(16),
        `p50 ${quantile(times, 0.5).toFixed(2)} ms`.padStart(14),
        `p99 ${quantile(times, 0.99).toFixed(2)} ms`.padStart(14),
        `slowest ${times.at(-1).toFixed(0)} ms`.padStart(16),
        `event loop held ${Math.max(...results.map(({ held }) => held)).toFixed(0)} ms at most`.padStart(34),
        `slowest process ${Math.round((100 * Math.min(...updates)) / Math.max(...updates))} % of the fastest`,
      ].join('  '),
    );
  }
}
