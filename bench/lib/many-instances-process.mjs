/**
 * What many configured instances cost, as in a gateway: each has an activation and a token in one SQLite store, and all
 * share a sealing key.
 *
 * @module
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import { answer } from './child.mjs';
import { memoryInUse, perPiece } from './memory.mjs';
import { median } from './statistics.mjs';

/** Calls that a median is taken of. */
const SAMPLES = 2000;
/** Headers that are made in one order or another, so often. */
const HEADERS = 100_000;
const ROUNDS = 5;
/** Bytes that a token takes in the engine. */
const SLOT_SIZE = 128;
/** A member of every token store. */
const MEMBER = 'instanceId';
/** A prime, that leads through all instances in no order that a cache foresees. */
const STEP = 7919;

/** The `made`th of `count` instances in no order, which is another one in each round. */
const anyIndex = (made, count) => (((made * (STEP + 2 * Math.floor(made / count))) % count) * STEP) % count;

/** The same storage, with notices sent by hand; it counts its calls. */
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

/** Returns the longest pause of the garbage collector since the last call, in ms. */
async function watchCollector() {
  let longest = 0;
  const look = (list) => list.forEach(({ duration }) => (longest = Math.max(longest, duration)));
  const observer = new PerformanceObserver((list) => look(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  return async () => {
    // They are told in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 10));
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

/** What V8 keeps for new objects, although there are none any more, bytes. */
const roomForNewObjects = () =>
  getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0;

/** Resident memory once V8 has returned the pages that it keeps empty for later, bytes. */
function residentWithoutEmptyPages() {
  const gc = /** @type {NodeJS.GCFunction} */ (globalThis.gc);
  gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  return process.memoryUsage.rss();
}

/**
 * CPU time of what nobody can do without: finding one of `count` plain objects by its name in a `Map`, in any order, and
 * reading the first byte of its 16, ns.
 */
async function timePlainMap(count, idOf) {
  const names = Array.from({ length: count }, (_, index) => idOf(index));
  const plain = new Map(names.map((name) => [name, { name, secret: new Uint8Array(16).fill(1) }]));
  const wanted = names.map((_, index) => names[(index * STEP) % count]);
  const all = [];
  for (let round = 0; round < ROUNDS; round++) {
    let sum = 0;
    const start = process.cpuUsage();
    for (let made = 0; made < HEADERS; made++) {
      sum += plain.get(wanted[made % count])?.secret[0] ?? 0;
      await undefined;
    }
    const { user, system } = process.cpuUsage(start);
    all.push(((user + system) * 1000) / sum);
  }
  return median(all);
}

const liveOf = ({ heapUsed, external }) => heapUsed + external;

// `inTurn`: how many are cold at a time, where not all are; then only memory is measured.
answer(async ({ activation, count, path, own = false, inTurn }) => {
  const atOnce = inTurn ?? count;
  const { bytesOf, idOf, localTime } = await import('./instances.mjs');
  const { sqliteStorage } = await import('powerauth-wasm/storage/sqlite');
  const { PowerAuth } = await import('powerauth-wasm');
  const { RecordKeys } = await import('../../dist/session/record-keys.js');
  const opened = sqliteStorage({ path });
  const { storage, calls, say } = watched(opened);
  const sealingKey = bytesOf(activation.sealingKey);
  const indices = Array.from({ length: count }, (_, index) => index);
  const samples = indices.filter((index) => index % Math.ceil(count / SAMPLES) === 0);
  let requests = 0;
  const shared = () => {
    requests++;
    return localTime();
  };
  const configure = (instance, fetch = shared) =>
    instance.configure(activation.configuration, { enableUnsecureTraffic: true, fetch }, undefined, {
      storage,
      sealingKey,
    });
  try {
    // Code and shared state exist before the measurement.
    await configure(new PowerAuth('warm-up'));
    for (let round = 0; round < SAMPLES; round++) {
      const instance = new PowerAuth('again');
      await configure(instance);
      await instance.deconfigure();
    }
    const results = { count };
    const longestPause = await watchCollector();
    const instances = [];
    const fetchOf = own ? () => () => shared() : () => shared;

    /** Two instances, of two servers. */
    const openTwoServers = async () => {
      const both = [0, 1].map((index) => new PowerAuth(idOf(index)));
      for (const [index, instance] of both.entries()) {
        await instances[index].deconfigure();
        await configure(instance, () => shared());
        instances[index] = instance;
        await instance.tokenStore.generateHeaderForToken('token');
      }
      return both;
    };
    /** CPU time of reaching a token store, and 128 B of its own, in any order, without a header; ns. */
    const timeTouches = async () => {
      const slots = new Uint8Array(SLOT_SIZE * count).fill(1);
      let seen = 0;
      const start = process.cpuUsage();
      for (let made = 0; made < HEADERS; made++) {
        const index = anyIndex(made, count);
        const at = SLOT_SIZE * index;
        if (MEMBER in instances[index].tokenStore) seen += slots[at] & slots[at + SLOT_SIZE - 1];
        await undefined;
      }
      const { user, system } = process.cpuUsage(start);
      return ((user + system) * 1000) / seen;
    };

    const before = await memoryInUse();
    await longestPause();
    results.configure = await timeEach(indices, (index) => {
      instances[index] = new PowerAuth(idOf(index));
      return configure(instances[index], fetchOf());
    });
    const pauseConfiguring = await longestPause();
    const configured = await memoryInUse();
    // What it collected itself doesn't count.
    await longestPause();
    results.idle = liveOf(perPiece(before, configured, count));
    results.residentIdle = configured.rss;
    results.newRoomIdle = roomForNewObjects();
    results.touched = calls.get + calls.subscribe + requests;

    const cold = performance.now();
    for (let from = 0; from < count; from += atOnce) {
      const some = instances.slice(from, from + atOnce);
      await Promise.all(some.map(({ tokenStore }) => tokenStore.generateHeaderForToken('token')));
    }
    results.cold = ((performance.now() - cold) * 1000) / count;
    results.pause = Math.max(pauseConfiguring, await longestPause());
    results.timeRequests = requests;
    results.reads = calls.get / count;
    const used = await memoryInUse();
    results.inUse = liveOf(perPiece(before, used, count));
    results.resident = used.rss;
    results.newRoom = roomForNewObjects();
    if (inTurn !== undefined) return results;

    const timeHeaders = async (next, headers = HEADERS) => {
      const start = process.cpuUsage();
      for (let made = 0; made < headers; made++) {
        await next(made).tokenStore.generateHeaderForToken('token');
      }
      const { user, system } = process.cpuUsage(start);
      return ((user + system) * 1000) / headers;
    };
    // Half of the instances are another server's.
    const other = instances.length > 1 ? await openTwoServers() : undefined;
    const orders = {
      same: () => instances[0],
      inOrder: (made) => instances[made % count],
      anyOrder: (made) => instances[anyIndex(made, count)],
      ...(other === undefined ? {} : { twoServers: (made) => other[made % 2] }),
    };
    /** @type {Record<string, number[]>} */
    const times = Object.fromEntries(Object.keys(orders).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, next] of Object.entries(orders)) {
        // A turn that the next one repeats.
        if (name === 'inOrder') await timeHeaders(next, count);
        times[name].push(await timeHeaders(next));
      }
    }
    results.headers = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
    // What nobody can do without.
    const touched = [];
    for (let round = 0; round < ROUNDS; round++) touched.push(await timeTouches());
    results.touch = median(touched);
    results.plainMap = await timePlainMap(count, idOf);

    const keys = samples.map((index) => [new RecordKeys(idOf(index)).activation]);
    results.dispatch = await timeEach(keys, say);
    results.generalNotice = await timeEach(Array(9).fill('all'), say);
    results.residentInUse = residentWithoutEmptyPages();
    results.deconfigure = await timeEach(samples, (index) => instances[index].deconfigure());
    return results;
  } finally {
    await opened.close();
  }
});
