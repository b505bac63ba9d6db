/**
 * Headers per second of one worker thread, and of two at once.
 *
 * @module
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { progress } from '../lib/progress.mjs';
import { median, rounded } from '../lib/statistics.mjs';
import { assertHeaders } from '../lib/verify.mjs';

const PART = 'Workers';

export async function measureWorkers({ token, activation }, { rounds, seconds }) {
  const workers = [1, 2].map(
    () =>
      new Worker(new URL('../lib/maker-worker.mjs', import.meta.url), {
        workerData: { token, activation },
        execArgv: [],
      }),
  );
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));

    /** Headers per second of some workers together. */
    const run = async (some) => {
      const answers = some.map((worker) => once(worker, 'message'));
      for (const worker of some) worker.postMessage({ seconds });
      const results = (await Promise.all(answers)).map(([result]) => result);
      assertHeaders(
        'a worker',
        results.map(({ last }) => last),
        token,
      );
      return results.reduce((sum, { perSecond }) => sum + perSecond, 0);
    };

    const one = [];
    const two = [];
    for (let round = 0; round <= rounds; round++) {
      progress(PART, `round ${round} of ${rounds}`);
      const samples = [await run(workers.slice(round % 2, (round % 2) + 1)), await run(workers)];
      if (round === 0) continue;
      one.push(samples[0]);
      two.push(samples[1]);
    }
    return { one: rounded(median(one)), two: rounded(median(two)) };
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
