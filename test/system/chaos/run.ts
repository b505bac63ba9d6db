/**
 * One chaos run: `run <script of the clients> <store> <seconds> <seed> [durable]`. Clients use a few activations at random while
 * they are killed, frozen and cut off, and while servers crash; then what they were told is held against what is there.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  type PowerAuthStorage,
} from '../../../src/index.ts';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import { startPowerAuthTestServer, type PowerAuthTestServer } from '../../../src/testing/index.ts';
import { Network, type Machine } from '../../helpers/network.mjs';
import { PASSWORD, QUICK_PASSWORDS } from '../../helpers/passwords.ts';
import { randomFrom } from '../../helpers/random.ts';
import { Relay } from '../../helpers/relay.mjs';
import { readSecrets } from '../../helpers/secrets.ts';
import { Counters } from './counters.ts';
import { Member } from './crew.ts';
import { clientFaults, serverFaults, type Lane } from './faults.ts';
import { count, Ledger, type Tally } from './ledger.ts';
import { CHAIN, CHAIN_LOCK, decodeLink, INSTANCES, type News, type TokenName } from './news.ts';
import { storageThere } from './place.ts';
import { Report } from './report.ts';
import { STORES } from './stores/index.ts';

const MACHINES = ['client A', 'client B'];
/** Clients of a machine: fewer in a run that only shows that it works. */
const perMachine = (seconds: number): number => (seconds < 30 ? 1 : 2);
/** How long everything may take to work again after the last fault, in ms. */
const PROOF_MS = 45_000;

const [, , script = '', driver = '', seconds = '', seedText = '', durable = ''] = process.argv;
const seed = Number(seedText);

/** What is to be undone at the end, the last first. */
const endings: (() => unknown)[] = [];

async function main(): Promise<boolean> {
  const start = STORES[driver];
  if (start === undefined) throw new Error(`no store ${driver}`);
  const network = new Network();
  const store = await start(network, { random: randomFrom(seed + 2), isDurable: durable === 'durable' });
  endings.push(() => store.close());
  const report = new Report(driver, store.title, { seconds: Number(seconds), seed, network });
  const bank = await startPowerAuthTestServer();
  endings.push(() => bank.close());
  const counter = network.address('bank');
  const relay = await Relay.start(
    { host: '127.0.0.1', port: Number(new URL(bank.baseUrl).port) },
    counter.address,
  );
  endings.push(() => relay.close());
  const configuration = {
    ...bank.configuration,
    baseEndpointUrl: `http://${counter.address}:${relay.port}`,
  };
  const sealingKey = randomBytes(32);
  const open = (): PowerAuthStorage => storageThere(store.place);
  const activations = await activate(bank, configuration, open, sealingKey);

  const ledger = new Ledger();
  const counters = new Counters(bank);
  const storage = open();
  for (const [instanceId, activationId] of activations) {
    const { possessionKey = '', ctrData = '' } = await readSecrets(
      sealedStorage(storage, sealingKey),
      instanceId,
      PASSWORD,
    );
    counters.watch(activationId, possessionKey, ctrData);
  }
  await storage.close();

  const members = new Set<Member>();
  const proved = new Set<Member>();
  let began = 0;
  const startMember = (machine: Machine): void => {
    const id = `c${++began}`;
    const task = {
      ...{ id, seed: seed + began, place: store.place, configuration },
      ...{ sealingKey: sealingKey.toString('hex'), instanceIds: INSTANCES },
    };
    const hear = (news: News): void => {
      if (news.news === 'proved') proved.add(member);
      else ledger.hear(news);
      if (news.news !== 'got' || Number(news.name.split('/')[1]) % 2 !== 0) return;
      const { instanceId, name } = news;
      for (const other of members) if (other !== member) other.tell({ order: 'use', instanceId, name });
    };
    const member = new Member(script, machine, task, hear);
    members.add(member);
  };
  const machines = await Promise.all(MACHINES.map((name) => network.machine(name)));
  for (const machine of machines) for (let i = 0; i < perMachine(Number(seconds)); i++) startMember(machine);
  endings.push(() => Promise.all([...members].map((member) => member.kill())));

  while ((ledger.done.get('begun') ?? 0) < members.size && ledger.wrong.length === 0) await sleep(50);
  const until = performance.now() + Number(seconds) * 1000;
  report.start();
  const faults: Tally = new Map();
  const lane: Omit<Lane, 'random'> = {
    until,
    begin: (name) => {
      count(faults, name);
      report.begin(name);
      return () => report.end(name);
    },
  };
  const watching = setInterval(() => {
    for (const wrong of counters.look()) ledger.wrong.push(wrong);
    report.show(ledger, counters);
  }, 500);
  endings.push(() => clearInterval(watching));
  const replace = async (member: Member): Promise<void> => {
    members.delete(member);
    await member.kill();
    startMember(member.machine);
  };
  await Promise.all([
    clientFaults({ ...lane, random: randomFrom(seed) }, { network, store, machines, members, replace }),
    serverFaults({ ...lane, random: randomFrom(seed + 1) }, store),
  ]);

  report.phase('all faults are over; everything must work again');
  await store.settle();
  const gone = ledger.tokens('gone');
  for (const member of members) member.tell({ order: 'prove', gone: gone.slice(-50) });
  const proofUntil = performance.now() + PROOF_MS;
  while (proved.size < members.size && performance.now() < proofUntil) await sleep(100);
  if (proved.size < members.size) ledger.wrong.push('not every client works again');
  for (const member of members) await member.kill();
  members.clear();
  clearInterval(watching);

  report.phase('what is there is held against what was confirmed');
  for (const wrong of counters.look()) ledger.wrong.push(wrong);
  const last = open();
  endings.push(() => last.close());
  await last.lock(CHAIN_LOCK, async () => {
    const link = decodeLink(await last.get(CHAIN));
    ledger.end(link.number, link.id);
  });
  await inspect({ bank, configuration, storage: last, sealingKey, activations, ledger });
  for (const wrong of counters.look()) ledger.wrong.push(wrong);
  return report.result(ledger, counters, faults);
}

type Configuration = PowerAuthTestServer['configuration'];

async function configured(
  instanceId: string,
  configuration: Configuration,
  storage: PowerAuthStorage,
  sealingKey: Uint8Array,
): Promise<PowerAuth> {
  const powerAuth = new PowerAuth(instanceId);
  await powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, {
    ...QUICK_PASSWORDS,
    storage,
    sealingKey,
  });
  return powerAuth;
}

/** An activation for each instance; returns their ids. */
async function activate(
  bank: PowerAuthTestServer,
  configuration: Configuration,
  open: () => PowerAuthStorage,
  sealingKey: Uint8Array,
): Promise<Map<string, string>> {
  const storage = open();
  const ids = new Map<string, string>();
  for (const instanceId of INSTANCES) {
    const powerAuth = await configured(instanceId, configuration, storage, sealingKey);
    const { activationId, activationCode } = bank.createActivation({ userId: instanceId });
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'chaos'));
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
    bank.commitActivation(activationId);
    ids.set(instanceId, activationId);
    await powerAuth.deconfigure();
  }
  await storage.close();
  return ids;
}

/** What somebody finds who opens the store newly. */
async function inspect({
  bank,
  configuration,
  storage,
  sealingKey,
  activations,
  ledger,
}: {
  bank: PowerAuthTestServer;
  configuration: Configuration;
  storage: PowerAuthStorage;
  sealingKey: Uint8Array;
  activations: ReadonlyMap<string, string>;
  ledger: Ledger;
}): Promise<void> {
  const instances = new Map<string, PowerAuth>();
  for (const [instanceId, activationId] of activations) {
    const powerAuth = await configured(instanceId, configuration, storage, sealingKey);
    instances.set(instanceId, powerAuth);
    const present = await powerAuth.getActivationIdentifier();
    if (present !== activationId) ledger.wrong.push(`${instanceId} has activation ${present ?? 'none'}`);
    const state = bank.activation(activationId)?.state;
    if (state !== 'ACTIVE')
      ledger.wrong.push(`the bank says that the activation of ${instanceId} is ${state ?? 'unknown'}`);
    await powerAuth
      .validatePassword(PASSWORD)
      .catch((error: unknown) => ledger.wrong.push(`${instanceId} can't sign: ${String(error)}`));
  }
  const storeOf = ({ instanceId }: TokenName) => {
    const powerAuth = instances.get(instanceId);
    if (powerAuth === undefined) throw new Error(`no instance ${instanceId}`);
    return powerAuth.tokenStore;
  };
  for (const token of ledger.tokens('there')) {
    const header = await storeOf(token).generateHeaderForToken(token.name).catch(String);
    const works = typeof header !== 'string' && bank.verifyToken(header.value) !== undefined;
    if (!works)
      ledger.wrong.push(`token ${token.name} was confirmed, and does not work: ${JSON.stringify(header)}`);
  }
  for (const token of ledger.tokens('gone')) {
    if (await storeOf(token).hasLocalToken(token.name)) {
      ledger.wrong.push(`token ${token.name} was removed, and is there`);
    }
  }
  for (const powerAuth of instances.values()) await powerAuth.deconfigure();
}

async function end(code: number): Promise<never> {
  for (const ending of endings.reverse()) {
    try {
      await ending();
    } catch {
      // The rest is to end all the same.
    }
  }
  process.exit(code);
}

process.once('SIGINT', () => void end(130)).once('SIGTERM', () => void end(143));
try {
  await end((await main()) ? 0 : 1);
} catch (error) {
  console.error(error);
  await end(1);
}
