/**
 * kill -9 at random moments. Few by default; `npm run test:crash` makes 300 for each driver, or CRASHES of the environment.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { PowerAuth, PowerAuthAuthentication } from '../../../src/index.ts';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import { createFleet, signedStatuses, type Fleet } from '../fleet/fleet.ts';
import { sendSigned } from '../fleet/client-setup.ts';
import { buildChild, Child } from '../../helpers/child.ts';
import { PASSWORD, statusOf } from '../../helpers/client.ts';
import { randomFrom } from '../../helpers/random.ts';
import { readSecrets } from '../../helpers/secrets.ts';
import { SignatureCounterValues, signedRequests } from '../../helpers/signature-counter.ts';
import type { SharedStore } from '../../helpers/storage.ts';
import type { CrashNews, CrashTask, Work } from './crash-child.ts';
import { QUICK_PASSWORDS } from '../../helpers/passwords.ts';

const CRASHES = Number(process.env['CRASHES'] ?? 8);
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const WORKS: readonly Work[] = ['sign', 'requestAccessToken', 'removeAccessToken', 'configure'];
/** Stores that are worked on at once; each has its own activation. */
const LANES = 2;
/** What a dead holder may keep a lock for, in ms. */
const LOCK_FREE_MS = 10_000;

let script: string;

beforeAll(async () => {
  script = await buildChild(new URL('./crash-child.ts', import.meta.url));
});

/** What happened in all rounds of a driver. */
interface Tally {
  rounds: number;
  /** Signed requests that were sent. */
  requests: number;
  tokens: number;
  /** The longest that the next signed request waited, in ms. */
  longestWait: number;
}

/** When a client is killed: after so many of its news, and so many ms. */
interface Moment {
  readonly news: number;
  readonly ms: number;
}

/** Lets a client work, kills it, and answers what was confirmed to it before. */
async function crash(
  task: CrashTask,
  { news, ms }: Moment,
): Promise<{ got: string[]; removing: Set<string> }> {
  const child = new Child(script);
  child.send(task);
  const got: string[] = [];
  const removing = new Set<string>();
  const hear = async (): Promise<CrashNews> => {
    const heard = (await child.receive()) as CrashNews;
    if ('got' in heard) got.push(heard.got);
    if ('removing' in heard) removing.add(heard.removing);
    if ('status' in heard) expect(heard.status).toBe(200);
    return heard;
  };
  while (!('begun' in (await hear())));
  for (let i = 0; i < news; i++) await hear();
  await sleep(ms);
  await child.kill();
  while (child.pending > 0) await hear();
  return { got, removing };
}

/** What must be true after a crash, seen by a client that opens the store anew. */
async function inspect(
  fleet: Fleet,
  store: SharedStore,
  tokens: readonly string[],
  record: Tally,
): Promise<void> {
  const { server, setup } = fleet;
  const storage = store.open();
  const powerAuth = new PowerAuth(setup.instanceId);
  await powerAuth.configure(server.configuration, { enableUnsecureTraffic: true }, undefined, {
    ...QUICK_PASSWORDS,
    storage,
    sealingKey: Buffer.from(setup.sealingKey, 'hex'),
  });
  try {
    expect(await powerAuth.hasValidActivation()).toBe(true);
    expect(await sendSigned(powerAuth, server.baseUrl)).toBe(200);
    for (const name of tokens) {
      const header = await powerAuth.tokenStore.generateHeaderForToken(name);
      expect([name, await statusOf(server, header)]).toEqual([name, 200]);
    }
    // Takes the lock of a name, and that of signed requests.
    const started = performance.now();
    await powerAuth.tokenStore.requestAccessToken('after', PowerAuthAuthentication.possession());
    await powerAuth.tokenStore.removeAccessToken('after');
    const waited = performance.now() - started;
    expect(waited).toBeLessThan(2 * LOCK_FREE_MS);
    record.longestWait = Math.max(record.longestWait, waited);
  } finally {
    await powerAuth.deconfigure();
    await storage.close();
  }
}

/** One store, and a part of the crashes. */
async function lane(store: SharedStore, random: () => number, rounds: number, record: Tally): Promise<void> {
  const fleet = await createFleet(store);
  await fleet.powerAuth.deconfigure();
  const { instanceId, sealingKey, configuration } = fleet.setup;
  const sealed = sealedStorage(store.open(), Buffer.from(sealingKey, 'hex'));
  const { possessionKey = '', ctrData = '' } = await readSecrets(sealed, instanceId, PASSWORD);
  const values = new SignatureCounterValues(possessionKey, ctrData, configuration.applicationSecret);
  const numbers: number[] = [];
  /** Each counter value was sent once at most, whether or not the server took it. */
  const expectNoValueTwice = (): void => {
    const signed = signedRequests(fleet.server.requests);
    numbers.push(...signed.slice(numbers.length).map((request) => values.numberOf(request)));
    expect(numbers.length - new Set(numbers).size).toBe(0);
  };
  const tokens: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const work = WORKS[round % WORKS.length] ?? 'sign';
    // In the middle of what follows, on slow machines as on fast ones.
    const moment = { news: work === 'configure' ? 0 : Math.floor(4 * random()), ms: 60 * random() ** 2 };
    try {
      const { got, removing } = await crash({ setup: fleet.setup, work, names: String(round) }, moment);
      const fresh = got.filter((name) => !removing.has(name));
      const earlier = [tokens, tokens].flatMap((all) => all[Math.floor(random() * all.length)] ?? []);
      await inspect(fleet, store, [...fresh, ...earlier], record);
      tokens.push(...fresh);
      expectNoValueTwice();
      for (const status of signedStatuses(fleet.server)) expect([200, undefined]).toContain(status);
    } catch (cause) {
      const when = `after ${moment.news} news and ${moment.ms.toFixed(1)} ms`;
      throw new Error(`round ${round}, ${work} killed ${when} (seed ${SEED})`, { cause });
    }
    record.rounds++;
    if (record.rounds % 20 === 0) console.log(`${record.rounds} of ${CRASHES} crashes`);
  }
  await inspect(fleet, store, tokens, record);
  expectNoValueTwice();
  record.tokens += tokens.length;
  record.requests += numbers.length;
}

/** Registers the test for a driver. */
export function testCrashes(name: string, create: () => Promise<SharedStore>): void {
  test(
    `${name}: ${CRASHES} clients killed at random moments (seed ${SEED})`,
    async () => {
      const record: Tally = { rounds: 0, requests: 0, tokens: 0, longestWait: 0 };
      const stores = await Promise.all(Array.from({ length: LANES }, create));
      await Promise.all(
        stores.map((store, i) => lane(store, randomFrom(SEED + i), Math.ceil(CRASHES / LANES), record)),
      );
      console.log(
        `${name}: ${record.rounds} crashes, ${record.requests} signed requests, none refused, no counter value twice; ${record.tokens} tokens confirmed, all there; ` +
          `at most ${Math.round(record.longestWait)} ms for the locks of the dead and two requests`,
      );
    },
    60_000 + CRASHES * 15_000,
  );
}
