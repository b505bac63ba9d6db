/**
 * Updates records of a store for some seconds, from 8 loops: `storage-process.mjs <driver> <folder> <seconds>`.
 *
 * @module
 */
import { once } from 'node:events';

const [, , driver, path, seconds] = process.argv;
const { [`${driver}Storage`]: open } = await import(`powerauth-wasm/storage/${driver}`);
const storage = open({ path });
const LOOPS = 8;
const RECORDS = 4;
/** How often the event loop is looked at, in ms. */
const LOOK = 2;

await storage.get('anything');
process.send('ready');
await once(process, 'message');

let held = 0;
let last = performance.now();
const looking = setInterval(() => {
  const now = performance.now();
  held = Math.max(held, now - last - LOOK);
  last = now;
}, LOOK);

const latencies = [];
const end = performance.now() + Number(seconds) * 1000;
await Promise.all(
  Array.from({ length: LOOPS }, async (_, i) => {
    while (performance.now() < end) {
      const begun = performance.now();
      await storage.update(`record ${i % RECORDS}`, (current) => {
        const next = current ?? new Uint8Array(400);
        new DataView(next.buffer).setUint32(0, new DataView(next.buffer).getUint32(0) + 1);
        return next;
      });
      latencies.push(performance.now() - begun);
    }
  }),
);
clearInterval(looking);
process.send({ latencies, held });
