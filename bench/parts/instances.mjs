/**
 * What many configured instances cost: 1 to 100 000 of them on one SQLite store, with an activation and a token each.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { runGateway } from '../../examples/gateway/run.mjs';
import { inProcess } from '../lib/child.mjs';
import { progress } from '../lib/progress.mjs';
import { rounded } from '../lib/statistics.mjs';

const PART = 'Instances';

/** With a `fetch` of their own, instances share no server, time or settings: so many are measured at most. */
const MOST_OWN = 10_000;

/** How many are cold at a time, where not all are at once. */
const IN_TURN = 1000;

export const roundAll = (value) => {
  if (typeof value === 'number') return rounded(value);
  if (typeof value !== 'object') return value;
  return Array.isArray(value)
    ? value.map(roundAll)
    : Object.fromEntries(Object.entries(value).map(([name, part]) => [name, roundAll(part)]));
};

/** What each of `count` instances holds whose token came from the server, bytes. */
export async function measureServerTokens(count) {
  const server = await startPowerAuthTestServer();
  const path = mkdtempSync(join(tmpdir(), 'powerauth-bench-'));
  try {
    const otp = '123456';
    const codes = Array.from({ length: count }, () => server.createActivation({ otp }).activationCode);
    const order = { configuration: server.configuration, codes, otp, path };
    return await inProcess('server-tokens-process.mjs', order, { execArgv: ['--expose-gc'] });
  } finally {
    await server.close();
    rmSync(path, { recursive: true, force: true });
  }
}

/**
 * By the number of instances; `own` has instances with a `fetch` of their own, `serverTokens` those whose token came
 * from the server, and `gateway` what one process does for its callers.
 */
export async function measureInstances({ token, activation }, { instances: counts, gateway, serverTokens }) {
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
      const result = await measure({ count });
      const { resident } = await measure({ count, inTurn: IN_TURN });
      results.push(roundAll({ ...result, residentInTurn: resident }));
    }
    const own = Math.min(most, MOST_OWN);
    progress(PART, `${own} with a fetch of their own`);
    const ownResult = roundAll(await measure({ count: own, own: true }));
    progress(PART, 'tokens from the server');
    const fromServer = roundAll(await measureServerTokens(serverTokens));
    const busy = await runGateway({ ...gateway, progress: (what) => progress('Gateway', what) });
    return {
      load: rounded(loadavg()[0] ?? 0),
      shared: results,
      own: ownResult,
      serverTokens: fromServer,
      gateway: roundAll(busy),
    };
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
