/**
 * What a two-factor signature does to the event loop: PBKDF2 with many iterations, and with more of them. Beside it, the
 * same PBKDF2 by `node:crypto` alone, in turns: the gaps of a loop that has nothing else to do are the scheduler's.
 *
 * @module
 */
import { pbkdf2 } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { PowerAuthAuthentication } from 'powerauth-wasm';
import { answer } from './child.mjs';
import { activateWith, PASSWORD } from './enrollment.mjs';
import { median } from './statistics.mjs';
import { startTestServer } from './test-server.mjs';

const derive = promisify(pbkdf2);

/** CPU of this thread, ms; undefined where the system doesn't tell. */
function threadCpu() {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
}

function processCpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Measures the most CPU that this thread uses between two ticks of a timer: its own work, however busy the machine is. */
function watchTurns() {
  let longest = 0;
  let last = threadCpu();
  const tick = () => {
    const now = threadCpu();
    if (now !== undefined && last !== undefined) longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(tick, 1);
  return () => {
    tick();
    clearInterval(timer);
    return last === undefined ? undefined : longest;
  };
}

/** Longest gap of the event loop, most CPU between two ticks, and CPU on and off this thread, in ms. */
async function watch(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  // Its timer must run before the work does.
  delay.enable();
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.reset();
  const longestTurn = watchTurns();
  const [thread, all] = [threadCpu(), processCpu()];
  await work();
  const [threadAfter, allAfter] = [threadCpu(), processCpu()];
  const turn = longestTurn();
  await new Promise((resolve) => setTimeout(resolve, 2));
  delay.disable();
  const total = allAfter - all;
  const on = thread === undefined || threadAfter === undefined ? undefined : threadAfter - thread;
  return { gap: delay.max / 1e6, turn, on, off: on === undefined ? undefined : Math.max(0, total - on) };
}

const middle = (samples, name) => {
  const values = samples.map((sample) => sample[name]);
  return values.includes(undefined) ? undefined : median(values);
};

answer(async ({ iterations, rounds }) => {
  const server = await startTestServer();
  try {
    const rows = [];
    for (const count of iterations) {
      const powerAuth = await activateWith(server, { pbkdf2Iterations: count });
      const none = () => /** @type {Awaited<ReturnType<typeof watch>>[]} */ ([]);
      rows.push({ count, powerAuth, ours: none(), alone: none() });
    }
    for (let round = -2; round < rounds; round++) {
      for (const { count, powerAuth, ours, alone } of rows) {
        const signed = await watch(() => {
          const authentication = PowerAuthAuthentication.password(PASSWORD);
          return powerAuth.requestSignature(authentication, 'POST', '/bench', 'body');
        });
        const derived = await watch(() => derive('password', 'salt of 16 bytes', count, 16, 'sha256'));
        if (round < 0) continue;
        ours.push(signed);
        alone.push(derived);
      }
    }
    return rows.map(({ count, ours, alone }) => ({
      iterations: count,
      gap: middle(ours, 'gap'),
      gapAlone: middle(alone, 'gap'),
      turn: middle(ours, 'turn'),
      turnAlone: middle(alone, 'turn'),
      on: middle(ours, 'on'),
      onAlone: middle(alone, 'on'),
      off: middle(ours, 'off'),
    }));
  } finally {
    await server.stop();
  }
});
