/**
 * Event-loop delay while headers are made.
 *
 * @module
 */
import { inProcess } from '../lib/child.mjs';
import { progress } from '../lib/progress.mjs';
import { rounded } from '../lib/statistics.mjs';

const PART = 'Event loop';

/** Who makes 64 headers in each turn of the loop; nobody, to begin with. */
const MAKERS = [undefined, 'next-wasm-simd', 'batch-wasm-simd', 'node-crypto', 'web-crypto-64'];

/** Delay (ms) by maker: median, 99th percentile, maximum, and the headers made per second. */
export async function measureEventLoop({ token, activation }, { loopSeconds }) {
  const results = [];
  for (const id of MAKERS) {
    progress(PART, id ?? 'nothing to do');
    const message = { id, seconds: loopSeconds, activation, token: { ...token, secret: [...token.secret] } };
    const { perSecond, p50, p99, max } = await inProcess('event-loop-process.mjs', message);
    results.push({
      id: id ?? 'nobody',
      perSecond: rounded(perSecond),
      p50: rounded(p50),
      p99: rounded(p99),
      max: rounded(max),
    });
  }
  return results;
}
