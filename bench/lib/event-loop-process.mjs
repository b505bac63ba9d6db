/**
 * How long others wait for the event loop while 64 headers are made in each of its turns.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { contestantOf } from '../contestants/index.mjs';
import { answer } from './child.mjs';

const PER_TURN = 64;

/** The function that makes the headers of one turn. */
async function turnOf(id, setting) {
  if (id === undefined) return () => undefined;
  const { create, asynchronous = false, perCall = 1 } = contestantOf(id);
  const call = await create(setting);
  return async () => {
    for (let made = 0; made < PER_TURN; made += perCall) {
      if (asynchronous) await call();
      else call();
    }
  };
}

answer(async ({ id, seconds, token, activation }) => {
  const turn = await turnOf(id, {
    token: { id: token.id, secret: new Uint8Array(token.secret) },
    activation,
    base64: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
    nonce: () => randomBytes(16),
  });
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  let turns = 0;
  const work = async (duration) => {
    const end = performance.now() + duration * 1000;
    while (performance.now() < end) {
      await turn();
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await work(seconds / 2);
  turns = 0;
  histogram.enable();
  await work(seconds);
  histogram.disable();
  const ms = (share) => histogram.percentile(share) / 1e6;
  return {
    perSecond: id === undefined ? 0 : (turns * PER_TURN) / seconds,
    p50: ms(50),
    p99: ms(99),
    max: histogram.max / 1e6,
  };
});
