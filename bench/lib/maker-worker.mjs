/**
 * A worker thread that makes headers for as long as requested, and reports how many.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openInstance } from './instances.mjs';

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
const { activation, token } = workerData;
const { tokenStore } = await openInstance(activation, [['token', token]]);
const generator = await tokenStore.headerGenerator('token');
let kept = generator.next();

port.on('message', ({ seconds }) => {
  const start = performance.now();
  const end = start + seconds * 1000;
  let made = 0;
  let now;
  do {
    for (let i = 0; i < 1000; i++) kept = generator.next();
    made += 1000;
    now = performance.now();
  } while (now < end);
  port.postMessage({ perSecond: (made / (now - start)) * 1000, last: kept });
});
port.postMessage('ready');
