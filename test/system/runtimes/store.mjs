/**
 * Two processes on the default storage, as a runtime has it: `<runtime> store.mjs <role> <origin>`. They tell what they did
 * on standard output, a JSON text a line, and wait for lines on standard input; run.mjs compares. Runs in an app that has
 * the package among its node_modules.
 *
 * @module
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { checkSqliteStorage, sqliteStorage } from 'powerauth-wasm/storage/sqlite';
import { testStorageContract } from 'powerauth-wasm/testing/storage-contract';

const [, , role, origin] = process.argv;
const CHECKPOINT = 4_000_000;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const tell = (message) => console.log(JSON.stringify(message));
const ask = (path, init = { method: 'POST' }) => fetch(origin + path, init);

/** Not every runtime has the event `worker`. */
let threads = 0;
const { postMessage } = Worker.prototype;
const known = new WeakSet();
Worker.prototype.postMessage = function (...args) {
  if (!known.has(this)) threads++;
  known.add(this);
  return Reflect.apply(postMessage, this, args);
};

async function statusOfHeader(powerAuth) {
  const { key, value } = await powerAuth.tokenStore.generateHeaderForToken('T');
  return (await ask('/api/possession/token', { method: 'POST', headers: { [key]: value } })).status;
}

async function configured(configuration) {
  const powerAuth = new PowerAuth('store');
  await powerAuth.configure(configuration, { enableUnsecureTraffic: true });
  return powerAuth;
}

const roles = {
  /** Activates, then holds a lock until it is killed; a change on demand. */
  async first() {
    const { configuration, activationId, activationCode } = await (await ask('/enroll')).json();
    const powerAuth = await configured(configuration);
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'runtime'));
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('correct horse'));
    await ask(`/commit?id=${activationId}`);
    await powerAuth.tokenStore.requestAccessToken('T', PowerAuthAuthentication.possession());
    const storage = sqliteStorage();
    await storage.lock('lock', async () => {
      tell({ configuration, status: await statusOfHeader(powerAuth) });
      await lines.next();
      await storage.set('note', new Uint8Array(1));
      tell('written');
      await lines.next();
    });
  },

  /** Finds the activation, hears of the change, waits for the lock, and lets a checkpoint be made. */
  async second() {
    const storage = sqliteStorage();
    /** @type {Promise<void>} */
    const noticed = new Promise((resolve) =>
      storage.subscribe((change) => {
        if (change === 'all' || change.includes('note')) resolve();
      }),
    );
    await storage.get('note');
    const powerAuth = await configured(JSON.parse((await lines.next()).value));
    tell({ isActivated: await powerAuth.hasValidActivation(), status: await statusOfHeader(powerAuth) });
    await noticed;
    tell('noticed');
    const locked = storage.lock('lock', async () => tell('locked'));
    await storage.get('note');
    tell('asking');
    await locked;
    for (let i = 0; i < 6; i++) await storage.set(`filling ${i}`, new Uint8Array(1_000_000));
    const file = join(process.env.XDG_DATA_HOME ?? '', 'powerauth-wasm', 'powerauth.db');
    const end = performance.now() + 10_000;
    let size = 0;
    while (size < CHECKPOINT && performance.now() < end) {
      await new Promise((next) => setTimeout(next, 10));
      size = (await stat(file)).size;
    }
    const faults = await checkSqliteStorage();
    tell({ isCheckpointed: size >= CHECKPOINT, threads, faults });
    await powerAuth.deconfigure();
    await storage.close();
  },

  /** The contract of storages. */
  async contract() {
    const tests = [];
    testStorageContract((title, run) => tests.push({ title, run }), {
      name: 'sqlite',
      create: async () => {
        const path = await mkdtemp(join(tmpdir(), 'powerauth-wasm-'));
        const cleanup = () => rm(path, { recursive: true });
        return { storage: sqliteStorage({ path }), second: async () => sqliteStorage({ path }), cleanup };
      },
    });
    const failed = [];
    for (const { title, run } of tests)
      await run().catch((error) => failed.push(`${title}: ${error.stack ?? error.message}`));
    tell({ passed: tests.length - failed.length, failed });
  },
};

await roles[role]();
