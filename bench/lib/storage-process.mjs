/**
 * Updates records of a store for some seconds, from several loops: `storage-process.mjs <contestant> <folder> <seconds>`.
 *
 * @module
 */
import { once } from 'node:events';
import { storageContestants } from '../contestants/storages.mjs';
import { heldDuring } from './held.mjs';

const [, , contestant, path, seconds] = process.argv;
const storage = await storageContestants[contestant].open(path);
const LOOPS = 8;
const RECORDS = 4;
const VALUE_LENGTH = 400;

const counted = (current) => {
  const next = new Uint8Array(current ?? VALUE_LENGTH);
  const view = new DataView(next.buffer);
  view.setUint32(0, view.getUint32(0) + 1);
  return next;
};

const latencies = [];

/** Updates in a few records from several loops, as long as the process is asked to. */
async function updating(prefix) {
  const end = performance.now() + Number(seconds) * 1000;
  const loop = async (_, i) => {
    while (performance.now() < end) {
      const begun = performance.now();
      await storage.update(`${prefix} ${i % RECORDS}`, counted);
      latencies.push(performance.now() - begun);
      // Others in the process have something to do, too.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: LOOPS }, loop));
}

// New code is slow for all contestants, so it must not count.
await updating(`process ${process.pid}`);
latencies.length = 0;
process.send?.('ready');
await once(process, 'message');

const held = await heldDuring(() => updating('record'));
process.send?.({ latencies, held });
