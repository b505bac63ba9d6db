/** A thread that tells its mark, and stays. */
import { parentPort } from 'node:worker_threads';
import { ownMark } from '../../../../src/storage/node/process-place.ts';

parentPort?.postMessage(ownMark());
setInterval(() => undefined, 1000);
