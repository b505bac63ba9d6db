/**
 * What a failover loses: kill -9 of a Redis primary at random moments under signed load. Few by default;
 * `npm run test:failover` makes 100 with and 100 without `durability`, and prints the figures of docs/storage.md.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RedisStorageOptions } from '../../../src/storage/redis.ts';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import { buildChild, Child } from '../../helpers/child.ts';
import { activate, PASSWORD, SEALING_KEY, testClient, testServer } from '../../helpers/client.ts';
import { describeWith } from '../../helpers/programs.ts';
import { randomFrom } from '../../helpers/random.ts';
import { placeOf, testRedis, testRedisStorage } from '../../helpers/redis.ts';
import { ask, untilCopied } from '../../helpers/redis-cluster.mjs';
import type { RedisServer } from '../../helpers/redis-server.mjs';
import { readSecrets } from '../../helpers/secrets.ts';
import { SignatureCounterValues, signedRequests } from '../../helpers/signature-counter.ts';
import { testWire } from '../fleet/wire.ts';
import { diagnosed } from './failover-diagnosis.ts';
import type { FailoverNews, FailoverOrder } from './failover-child.ts';
import { Load } from './failover-load.ts';

const ROUNDS = Number(process.env['FAILOVERS'] ?? 2);
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const FORCED_ROUNDS = Math.ceil(ROUNDS / 2);
/** Client processes besides this one. */
const PROCESSES = 2;
/** How long what the primary sends takes to its replica, in ms: as to another place. What is on its way is lost. */
const BEHIND_MS = 10;

/** What happened in all rounds. */
interface Tally {
  requests: number;
  refused: number;
  /** Counter values that were sent more than once. */
  sentTwice: number;
  acceptedTwice: number;
  removals: number;
  /** Tokens whose removal was confirmed, and that are there again. */
  undone: number;
  /** Failovers after which the client's counter was behind the server's. */
  behind: number;
}

/** A primary and its replica, which swap their parts. */
class Pair {
  readonly #servers: readonly [RedisServer, RedisServer];
  readonly #toPrimary: Awaited<ReturnType<typeof testWire>>;
  readonly #toReplica: Awaited<ReturnType<typeof testWire>>;
  #primary = 0;

  private constructor(
    servers: readonly [RedisServer, RedisServer],
    toPrimary: Awaited<ReturnType<typeof testWire>>,
    toReplica: Awaited<ReturnType<typeof testWire>>,
  ) {
    this.#servers = servers;
    this.#toPrimary = toPrimary;
    this.#toReplica = toReplica;
  }

  static async start(): Promise<Pair> {
    const servers = [await testRedis(), await testRedis()] as const;
    const pair = new Pair(servers, await testWire(servers[0].port), await testWire(servers[0].port));
    await pair.#follow();
    return pair;
  }

  /** The address of the primary, whoever that is. */
  get url(): string {
    return this.#toPrimary.url;
  }

  /** Waits until the replica has everything: it could not take over before. */
  async settled(): Promise<void> {
    await untilCopied(this.#roles()[0]);
  }

  /** From here on nothing reaches the replica. */
  holdBack(): void {
    this.#toReplica.delay(60_000);
  }

  /** Kills the primary, and lets the replica take over. */
  async failOver(): Promise<void> {
    const [fallen, replica] = this.#roles();
    const killed = fallen.stop('SIGKILL');
    this.#toReplica.cut();
    await killed;
    this.#toPrimary.lead(replica.port);
    await ask(replica, 'REPLICAOF', 'NO', 'ONE');
    this.#primary = 1 - this.#primary;
  }

  /** Starts the one that fell as a replica of the other. */
  async mend(): Promise<void> {
    const [primary, fallen] = this.#roles();
    this.#toReplica.lead(primary.port);
    this.#toReplica.mend();
    await fallen.start();
    await this.#follow();
  }

  #roles(): readonly [primary: RedisServer, replica: RedisServer] {
    const [a, b] = this.#servers;
    return this.#primary === 0 ? [a, b] : [b, a];
  }

  async #follow(): Promise<void> {
    const [, replica] = this.#roles();
    this.#toReplica.delay(0);
    await ask(replica, 'REPLICAOF', '127.0.0.1', new URL(this.#toReplica.url).port);
    await this.settled();
    this.#toReplica.delay(BEHIND_MS);
  }
}

/** @param isForced whether nothing of the last requests has reached the replica when it takes over */
async function measure(
  options: Omit<RedisStorageOptions, 'url'>,
  rounds = ROUNDS,
  isForced = false,
): Promise<Tally> {
  const tally: Tally = {
    ...{ requests: 0, refused: 0, sentTwice: 0, acceptedTwice: 0, removals: 0, undone: 0, behind: 0 },
  };
  const random = randomFrom(SEED);
  const pair = await Pair.start();
  const server = await testServer();
  const open = () => testRedisStorage({ url: pair.url, ...options });
  const instanceId = 'failover';
  const client = await testClient(server, { instanceId, storage: open(), sealingKey: SEALING_KEY });
  await activate(server, client);
  const sealed = sealedStorage(open(), SEALING_KEY);
  const { possessionKey = '', ctrData = '' } = await readSecrets(sealed, instanceId, PASSWORD);
  const values = new SignatureCounterValues(possessionKey, ctrData, server.configuration.applicationSecret);
  const script = await buildChild(new URL('./failover-child.ts', import.meta.url));
  const others = Array.from({ length: PROCESSES }, () => new Child(script));
  const tell = (order: FailoverOrder): void => {
    for (const other of others) other.send(order);
  };
  const received = (): Promise<unknown>[] => others.map((other) => other.receive());
  const sealingKey = Buffer.from(SEALING_KEY).toString('hex');
  const place = placeOf({ url: pair.url, ...options });
  tell({ setup: { instanceId, place, sealingKey, configuration: server.configuration } });
  const before = server.requests.length;
  // Otherwise the one that takes over may lack the activation.
  await pair.settled();
  for (let round = 0; round < rounds; round++) {
    const load = new Load(client, server.baseUrl, `${round}`);
    for (const [i, other] of others.entries()) {
      other.send({ names: `${round} of ${i}` } satisfies FailoverOrder);
    }
    const accepts = async (count: number): Promise<void> => {
      const { accepted } = load;
      const check = (): Promise<unknown> =>
        expect.poll(() => load.accepted, { timeout: 20_000, interval: 10 }).toBeGreaterThan(accepted + count);
      const more = async () => {
        tell({ tell: true });
        const others = await Promise.all(received());
        return { pid: process.pid, errors: load.errors.texts, others };
      };
      await diagnosed(check, { url: pair.url, server, client, more });
    };
    await sleep(50 + 200 * random());
    if (isForced) {
      await accepts(0);
      pair.holdBack();
      await accepts(1);
    }
    await pair.failOver();
    await pair.mend();
    // Nobody helps: the clients find the new primary, and their counter.
    await accepts(3);
    tell({ rest: true });
    await load.stop();
    const news = (await Promise.all(received())) as FailoverNews[];
    const { localCounterBehind = 0 } = await client.fetchActivationStatus();
    tally.behind += localCounterBehind > 0 ? 1 : 0;
    for (const name of [...load.removed, ...news.flatMap(({ removed }) => removed)]) {
      tally.removals++;
      if (await client.tokenStore.hasLocalToken(name)) tally.undone++;
    }
    if ((round + 1) % 10 === 0) console.log(`${round + 1} of ${rounds} failovers`);
  }
  const sent = server.requests.slice(before);
  const signed = signedRequests(sent);
  const statuses = sent
    .filter(({ headers }) => 'x-powerauth-authorization' in headers)
    .map(({ status }) => status);
  const numbers = signed.map((request) => values.numberOf(request));
  const accepted = numbers.filter((_, i) => statuses[i] === 200);
  tally.requests = numbers.length;
  tally.refused = statuses.filter((status) => status === 401).length;
  tally.sentTwice = numbers.length - new Set(numbers).size;
  tally.acceptedTwice = accepted.length - new Set(accepted).size;
  return tally;
}

describeWith('redis', `${ROUNDS} primaries killed under signed load (seed ${SEED})`, () => {
  const told = (name: string, tally: Tally): void =>
    console.log(
      `${name}: ${ROUNDS} failovers, ${tally.requests} signed requests; counter values sent twice: ${tally.sentTwice}, accepted twice: ${tally.acceptedTwice}; requests refused: ${tally.refused}; ` +
        `confirmed removals: ${tally.removals}, undone: ${tally.undone}`,
    );

  test(
    'with durability no counter value is sent twice, and no removal is undone',
    async () => {
      const tally = await measure({ durability: { replicas: 1, timeoutMs: 1000 } });
      told('with durability', tally);
      expect(tally).toMatchObject({ sentTwice: 0, acceptedTwice: 0, refused: 0, undone: 0, behind: 0 });
      expect(tally.requests).toBeGreaterThan(4 * ROUNDS);
      expect(tally.removals).toBeGreaterThan(0);
    },
    60_000 + ROUNDS * 20_000,
  );

  test(
    'without it no counter value is accepted twice, and clients catch up without help',
    async () => {
      const tally = await measure({});
      told('without durability', tally);
      expect(tally).toMatchObject({ acceptedTwice: 0 });
    },
    60_000 + ROUNDS * 20_000,
  );

  test(
    'without it, and with a replica that has nothing of the last requests, values are sent twice',
    async () => {
      const tally = await measure({}, FORCED_ROUNDS, true);
      expect(tally).toMatchObject({ acceptedTwice: 0 });
      // Else what the other tests count proves nothing.
      expect(tally.sentTwice).toBeGreaterThan(0);
    },
    60_000 + FORCED_ROUNDS * 20_000,
  );
});
