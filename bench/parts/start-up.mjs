/**
 * From a cold start to the first header, and to the bare import of the package.
 *
 * @module
 */
import { inProcess } from '../lib/child.mjs';
import { filledStorage } from '../lib/instances.mjs';
import { progress } from '../lib/progress.mjs';
import { rounded, summary } from '../lib/statistics.mjs';
import { nameOf, nthToken, tokens } from '../lib/tokens.mjs';
import { assertHeaders } from '../lib/verify.mjs';

const PART = 'Start-up';

/** Median and quartiles in ms, of cold starts that take turns. */
export async function measureStartUp({ token, activation }, { starts }) {
  const storage = await filledStorage(activation, 'bench', tokens(token, 1));
  const records = [];
  for await (const key of storage.list('')) {
    const value = /** @type {Uint8Array} */ (await storage.get(key));
    records.push([key, Buffer.from(value).toString('base64')]);
  }
  const { configuration, sealingKey } = activation;
  const given = { configuration, records, sealingKey, name: nameOf(0) };
  const samples = { bare: [], header: [] };
  for (let turn = 0; turn <= starts; turn++) {
    progress(PART, `${turn} of ${starts}`);
    for (const task of Object.keys(samples)) {
      const { ms, made } = await inProcess('start-up-process.mjs', { task, ...given });
      if (task === 'header') assertHeaders('a cold start', [made], nthToken(token, 0));
      // The first one finds the files not in the system's cache.
      if (turn > 0) samples[task].push(ms);
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([task, values]) => {
      const { median, lower, upper } = summary(values);
      return [task, { median: rounded(median), lower: rounded(lower), upper: rounded(upper) }];
    }),
  );
}
