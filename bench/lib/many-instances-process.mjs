/**
 * What many configured instances cost, as in a gateway: each has an activation and a token in one SQLite store, and all
 * share a sealing key.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { answer } from './child.mjs';
import { heldDuring } from './held.mjs';
import { memoryInUse, perPiece } from './memory.mjs';
import { median } from './statistics.mjs';

/** How many writes are in progress while the store is filled. */
const AT_ONCE = 512;
/** Calls that a median is taken of. */
const SAMPLES = 2000;
/** Headers that are made in one order or another. */
const HEADERS = 200_000;

const idOf = (index) => `customer ${index}`;

/** The same storage, whose notices are given by hand; it counts what is asked of it. */
function watched(storage) {
  const listeners = new Set();
  const calls = { get: 0, subscribe: 0 };
  return {
    calls,
    say: (change) => listeners.forEach((listener) => listener(change)),
    storage: {
      ...storage,
      get: (key) => {
        calls.get++;
        return storage.get(key);
      },
      subscribe: (listener) => {
        calls.subscribe++;
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };
}

/** The longest pause of the garbage collector from now on, ms. */
function watchCollector() {
  let longest = 0;
  const look = (list) => list.forEach(({ duration }) => (longest = Math.max(longest, duration)));
  const observer = new PerformanceObserver((list) => look(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  return () => {
    look(observer.takeRecords());
    const seen = longest;
    longest = 0;
    return seen;
  };
}

/** Time that each of these calls takes, µs, in the median. */
async function timeEach(indices, call) {
  const times = [];
  for (const index of indices) {
    const start = performance.now();
    await call(index);
    times.push((performance.now() - start) * 1000);
  }
  return median(times);
}

const freeTurn = () => new Promise((resolve) => setImmediate(resolve));

answer(async ({ token, activation, count }) => {
  const { configureInstance, fillInstances, localTime } = await import('./instances.mjs');
  const { sqliteStorage } = await import('powerauth-wasm/storage/sqlite');
  const { PowerAuth } = await import('powerauth-wasm');
  const { RecordKeys } = await import('../../dist/session/record-keys.js');
  const folder = mkdtempSync(join(tmpdir(), 'bench-instances-'));
  const opened = sqliteStorage({ path: folder });
  const { storage, calls, say } = watched(opened);
  const secret = new Uint8Array(token.secret);
  const indices = Array.from({ length: count }, (_, index) => index);
  const samples = indices.filter((index) => index % Math.ceil(count / SAMPLES) === 0);
  let requests = 0;
  const fetch = (...args) => {
    requests++;
    return localTime(...args);
  };
  const instances = [];
  const configure = async (index) => {
    instances[index] = await configureInstance(activation, idOf(index), storage, { fetch });
  };
  try {
    await fillInstances(activation, opened, indices.map(idOf), { ...token, secret }, AT_ONCE);
    // Code and what all share are there before it counts.
    await configureInstance(activation, 'warm-up', storage, { fetch });
    for (let index = 0; index < 2000; index++) {
      await new PowerAuth('another').deconfigure();
      await configureInstance(activation, 'another', storage, { fetch });
    }
    const results = { count };
    const longestPause = watchCollector();

    const before = await memoryInUse();
    longestPause();
    results.configure = await timeEach(indices, configure);
    results.pause = longestPause();
    const configured = await memoryInUse();
    const idle = perPiece(before, configured, count);
    results.idle = idle.heapUsed + idle.external;
    results.touched = calls.get + calls.subscribe + requests;

    longestPause();
    const cold = performance.now();
    await Promise.all(instances.map(({ tokenStore }) => tokenStore.generateHeaderForToken('token')));
    results.cold = ((performance.now() - cold) * 1000) / count;
    results.timeRequests = requests;
    results.coldReads = calls.get / count;
    results.coldPause = longestPause();
    await freeTurn();
    const used = await memoryInUse();
    const inUse = perPiece(before, used, count);
    results.inUse = inUse.heapUsed + inUse.external;
    results.resident = used.rss;

    const timeHeaders = async (next) => {
      const start = performance.now();
      for (let made = 0; made < HEADERS; made++) await next(made).tokenStore.generateHeaderForToken('token');
      return ((performance.now() - start) * 1e6) / HEADERS;
    };
    const shuffled = indices.map((index) => instances[(index * 7919 + 13) % count]);
    for (const [name, next] of Object.entries({
      one: () => instances[0],
      inOrder: (made) => instances[made % count],
      anyOrder: (made) => shuffled[(made * 31) % count],
    })) {
      await timeHeaders(next);
      results[name] = await timeHeaders(next);
    }

    const keys = samples.map((index) => [new RecordKeys(idOf(index)).activation]);
    let turn = 0;
    results.dispatch = await timeEach(keys, () => say(keys[turn++]));
    results.generalNotice = await heldDuring(async () => {
      await freeTurn();
      say('all');
      await freeTurn();
    });

    results.deconfigure = await timeEach(samples, (index) => instances[index].deconfigure());
    await Promise.all(instances.map((instance) => instance.deconfigure()));
    return results;
  } finally {
    await opened.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
