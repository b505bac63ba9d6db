/**
 * What many configured instances cost: 1 to 100 000 of them on one SQLite store, with an activation and a token each.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcess } from '../lib/child.mjs';
import { progress } from '../lib/progress.mjs';
import { rounded } from '../lib/statistics.mjs';

const PART = 'Instances';

/** With a `fetch` of their own, instances share no server, time or settings: so many are measured at most. */
const MOST_OWN = 10_000;

const roundAll = (value) =>
  typeof value === 'number'
    ? rounded(value)
    : Object.fromEntries(Object.entries(value).map(([name, part]) => [name, roundAll(part)]));

/** By the number of instances; the last entry has instances with a `fetch` of their own. */
export async function measureInstances({ token, activation }, { instances: counts }) {
  const message = { activation, token: { ...token, secret: [...token.secret] } };
  const most = Math.max(...counts);
  const path = mkdtempSync(join(tmpdir(), 'powerauth-bench-'));
  const measure = (order) =>
    inProcess('many-instances-process.mjs', { ...message, path, ...order }, { execArgv: ['--expose-gc'] });
  try {
    progress(PART, `fill a store for ${most}`);
    await inProcess('fill-instances-process.mjs', { ...message, path, count: most });
    const results = [];
    for (const count of counts) {
      progress(PART, `${count}`);
      results.push(roundAll(await measure({ count })));
    }
    const own = Math.min(most, MOST_OWN);
    progress(PART, `${own} with a fetch of their own`);
    return { shared: results, own: roundAll(await measure({ count: own, own: true })) };
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
