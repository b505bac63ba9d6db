/**
 * The CPU that whole operations cost this process, ours and those of a plain client on `node:crypto`, in turns in one
 * run, against an embedded server in a separate process.
 *
 * @module
 */
import { PowerAuthAuthentication } from 'powerauth-wasm';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { PlainClient } from '../contestants/plain-client.mjs';
import { answer } from './child.mjs';
import { activateWith, configureAlone, enrollment } from './enrollment.mjs';
import { localParts, requestParts } from './operation-parts.mjs';
import { summary } from './statistics.mjs';
import { startTestServer } from './test-server.mjs';

const POSSESSION = PowerAuthAuthentication.possession();
const BODY = '{"amount":1}';
/** By so many bytes a sealed record is longer than what is in it. */
const SEALING = 45;

/**
 * One way to do an operation. `prepare` returns the function that does it `count` times, which alone is measured.
 *
 * @typedef {(count: number) => Promise<() => Promise<void>>} Contestant
 */

/** @returns {Contestant} */
const repeated = (/** @type {(index: number) => unknown} */ call) => async (count) => async () => {
  for (let i = 0; i < count; i++) await call(i);
};

/** @param {Record<string, () => unknown>} calls */
const eachRepeated = (calls) =>
  Object.fromEntries(Object.entries(calls).map(([id, call]) => [id, repeated(call)]));

/** What isn't an operation, but parts of them. */
const PARTS = ['requests', 'local'];

/** The cost of each part. */
const costs = ({ id: _, ...parts }) =>
  Object.entries(parts).map(([id, { median, lower, upper }]) => ({ id, median, lower, upper }));

let requests = 0;
const runtimeFetch = globalThis.fetch;
globalThis.fetch = (url, init) => {
  requests++;
  return runtimeFetch(url, init);
};

function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/**
 * Microseconds of CPU of one operation and its requests, by contestant; and the ratios to the first one, of each round.
 *
 * @param {{ id: string, perRound: number, contestants: Record<string, Contestant> }} operation
 */
async function measure({ id, perRound, contestants }, { rounds, warmUp }) {
  const names = Object.keys(contestants);
  /** @type {Record<string, { costs: number[], requests: number }>} */
  const seen = Object.fromEntries(names.map((name) => [name, { costs: [], requests: 0 }]));
  for (let round = -warmUp; round < rounds; round++) {
    // Nobody always comes first.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const work = await contestants[name](perRound);
      requests = 0;
      const before = cpu();
      await work();
      const cost = (cpu() - before) / perRound;
      seen[name].requests = requests / perRound;
      if (round >= 0) seen[name].costs.push(cost);
    }
  }
  const own = seen[names[0]].costs;
  return {
    id,
    ...Object.fromEntries(
      names.map((name, index) => {
        const { costs, requests: sent } = seen[name];
        const ratios = own.map((cost, round) => cost / costs[round]);
        return [name, { ...summary(costs), requests: sent, ...(index > 0 && { ratio: summary(ratios) }) }];
      }),
    ),
  };
}

answer(async ({ path, rounds, warmUp }) => {
  const server = await startTestServer();
  const { configuration } = server;

  async function plainlyActivated() {
    const client = new PlainClient(configuration);
    const { activationCode } = await server.call('createActivation');
    await server.call('commitActivation', await client.createActivation(activationCode));
    return client;
  }

  async function durablyActivated(/** @type {string} */ folder) {
    const { sqliteStorage } = await import('powerauth-wasm/storage/sqlite');
    return activateWith(server, { storage: sqliteStorage({ path: folder }) });
  }

  const enrollments = (/** @type {number} */ count) =>
    Promise.all(Array.from({ length: count }, () => enrollment(server)));

  const storage = memoryStorage();
  const ours = await activateWith(server, { storage });
  const plain = await plainlyActivated();
  const sealing = await plainlyActivated();
  let recordLength = 0;
  for await (const key of storage.list('')) {
    const record = /** @type {Uint8Array} */ (await storage.get(key));
    recordLength = record.length - SEALING;
  }
  sealing.sealCounter(recordLength);
  const encryptor = ours.getEncryptorForApplicationScope();
  const durable = path === undefined ? undefined : await durablyActivated(path);
  const signers = {
    plain: repeated(() => plain.requestSignature('POST', '/bench', BODY)),
    sealing: repeated(() => sealing.requestSignature('POST', '/bench', BODY)),
  };
  const signing = (powerAuth) =>
    repeated(() => powerAuth.requestSignature(POSSESSION, 'POST', '/bench', BODY));

  let tokens = 0;
  // What sends requests comes first: the server closes connections that are idle for five seconds.
  const operations = [
    {
      id: 'createActivation',
      perRound: 4,
      contestants: {
        ours: async (count) => {
          const given = await enrollments(count);
          const instances = await Promise.all(given.map(() => configureAlone(configuration)));
          return repeated((i) => instances[i].createActivation(given[i].activation))(count);
        },
        plain: async (count) => {
          const given = await enrollments(count);
          const clients = given.map(() => new PlainClient(configuration));
          return repeated((i) => clients[i].createActivation(given[i].activationCode))(count);
        },
      },
    },
    {
      id: 'requestAccessToken',
      perRound: 20,
      contestants: {
        ours: repeated(() => ours.tokenStore.requestAccessToken(`token ${++tokens}`, POSSESSION)),
        plain: repeated(() => plain.requestAccessToken()),
      },
    },
    {
      id: 'fetchActivationStatus',
      perRound: 20,
      contestants: {
        ours: repeated(() => ours.fetchActivationStatus()),
        plain: repeated(() => plain.fetchActivationStatus()),
      },
    },
    { id: 'requests', perRound: 20, contestants: eachRepeated(requestParts(configuration.baseEndpointUrl)) },
    {
      id: 'encryptRequest',
      perRound: 100,
      contestants: {
        ours: repeated(async () => {
          const { decryptor } = await encryptor.encryptRequest(BODY);
          await decryptor.release();
        }),
        plain: repeated(() => plain.encryptRequest(BODY)),
      },
    },
    { id: 'requestSignature', perRound: 300, contestants: { ours: signing(ours), ...signers } },
    { id: 'local', perRound: 300, contestants: eachRepeated(await localParts(recordLength)) },
  ];
  try {
    if (durable !== undefined) {
      const contestants = { ours: signing(durable), ...signers };
      operations.push({ id: 'requestSignature, SQLite', perRound: 50, contestants });
    }
    const results = [];
    for (const operation of operations) results.push(await measure(operation, { rounds, warmUp }));
    return {
      operations: results.filter(({ id }) => !PARTS.includes(id)),
      parts: results.filter(({ id }) => PARTS.includes(id)).flatMap(costs),
    };
  } finally {
    await server.stop();
  }
});
