/** One client process of the chaos run: it uses all instances at random until it is killed. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PowerAuth, PowerAuthAuthentication } from '../../../src/index.ts';
import { PASSWORD, QUICK_PASSWORDS } from '../../helpers/passwords.ts';
import { randomFrom } from '../../helpers/random.ts';
import {
  CHAIN,
  CHAIN_LOCK,
  decodeLink,
  encodeLink,
  type ClientTask,
  type News,
  type Order,
  type TokenName,
} from './news.ts';
import { storageThere } from './place.ts';

/** Operations that a client has in progress at the same time. */
const LOOPS = 3;
/** How long it tries until it works again, in ms. */
const RECOVERY_MS = 30_000;

const possession = PowerAuthAuthentication.possession();
const tell = (news: News): void => void process.send?.(news);

class Client {
  readonly #task: ClientTask;
  readonly #random: () => number;
  readonly #storage;
  readonly #instances = new Map<string, PowerAuth>();
  /** Own tokens that may be removed. */
  readonly #own: TokenName[] = [];
  /** Tokens of anybody that nobody removes. */
  readonly #kept: TokenName[] = [];
  #tokens = 0;
  #isProving = false;

  constructor(task: ClientTask) {
    this.#task = task;
    this.#random = randomFrom(task.seed);
    this.#storage = storageThere(task.place);
  }

  async configure(): Promise<void> {
    const { instanceIds, configuration, sealingKey } = this.#task;
    for (const instanceId of instanceIds) {
      const powerAuth = new PowerAuth(instanceId);
      const client = { enableUnsecureTraffic: true, connectionTimeout: 3, readTimeout: 3 };
      await powerAuth.configure(configuration, client, undefined, {
        ...QUICK_PASSWORDS,
        storage: this.#storage,
        sealingKey: Buffer.from(sealingKey, 'hex'),
      });
      this.#instances.set(instanceId, powerAuth);
    }
  }

  work(): void {
    for (let i = 0; i < LOOPS; i++) void this.#loop();
  }

  use(token: TokenName): void {
    this.#kept.push(token);
  }

  /** Resolves when everything has worked once. */
  async prove(gone: readonly TokenName[]): Promise<void> {
    this.#isProving = true;
    const until = performance.now() + RECOVERY_MS;
    for (const instanceId of this.#task.instanceIds) {
      await this.#insist(until, () => this.#sign(instanceId));
      await this.#insist(until, () => this.#request(instanceId));
    }
    await this.#insist(until, () => this.#chain());
    for (const token of this.#kept.slice(-20)) await this.#insist(until, () => this.#header(token));
    for (const { instanceId, name } of gone) {
      const isThere = await this.#insist(until, () => this.#power(instanceId).tokenStore.hasLocalToken(name));
      if (isThere === true) tell({ news: 'wrong', what: `a client still has ${name}, which was removed` });
    }
    tell({ news: 'proved' });
  }

  async #insist<T>(until: number, work: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        if (performance.now() > until) {
          tell({ news: 'wrong', what: `a client does not work again: ${code ?? ''} ${message}` });
          return undefined;
        }
        await sleep(200);
      }
    }
  }

  async #loop(): Promise<void> {
    while (!this.#isProving) {
      const what = this.#choose();
      try {
        await what.work();
        await sleep(5 + 20 * this.#random());
      } catch (error) {
        const { code = 'none', message } = error as { code?: string; message: string };
        tell({ news: 'failed', what: what.name, code, message });
        await sleep(100 + 200 * this.#random());
      }
    }
  }

  #choose(): { name: string; work: () => Promise<unknown> } {
    const { instanceIds } = this.#task;
    const instanceId = this.#oneOf(instanceIds) ?? '';
    const number = this.#random();
    const removable = number < 0.12 ? this.#own.splice(this.#anyIndex(this.#own), 1)[0] : undefined;
    if (removable !== undefined) return { name: 'remove', work: () => this.#remove(removable) };
    if (number < 0.3) return { name: 'request', work: () => this.#request(instanceId) };
    if (number < 0.45) return { name: 'chain', work: () => this.#chain() };
    const kept = number < 0.65 ? this.#oneOf(this.#kept) : undefined;
    if (kept !== undefined) return { name: 'header', work: () => this.#header(kept) };
    if (number < 0.68) return { name: 'status', work: () => this.#status(instanceId) };
    return { name: 'sign', work: () => this.#sign(instanceId) };
  }

  #anyIndex(list: readonly unknown[]): number {
    return Math.floor(this.#random() * list.length);
  }

  #oneOf<T>(list: readonly T[]): T | undefined {
    return list[this.#anyIndex(list)];
  }

  #power(instanceId: string): PowerAuth {
    const found = this.#instances.get(instanceId);
    if (found === undefined) throw new Error(`no instance ${instanceId}`);
    return found;
  }

  async #sign(instanceId: string): Promise<void> {
    await this.#power(instanceId).validatePassword(PASSWORD);
    tell({ news: 'signed' });
  }

  async #status(instanceId: string): Promise<void> {
    const { state } = await this.#power(instanceId).fetchActivationStatus();
    if (state !== 'ACTIVE') tell({ news: 'wrong', what: `an activation is ${state}` });
    tell({ news: 'status' });
  }

  async #request(instanceId: string): Promise<void> {
    // Each second one is there to stay.
    const number = this.#tokens++;
    const token = { instanceId, name: `${this.#task.id}/${number}` };
    await this.#power(instanceId).tokenStore.requestAccessToken(token.name, possession);
    tell({ news: 'got', ...token });
    (number % 2 === 0 ? this.#kept : this.#own).push(token);
  }

  async #remove(token: TokenName): Promise<void> {
    tell({ news: 'removing', ...token });
    await this.#power(token.instanceId).tokenStore.removeAccessToken(token.name);
    tell({ news: 'removed', ...token });
  }

  async #header({ instanceId, name }: TokenName): Promise<void> {
    const { key, value } = await this.#power(instanceId).tokenStore.generateHeaderForToken(name);
    const url = `${this.#task.configuration.baseEndpointUrl}/api/possession/token`;
    const signal = AbortSignal.timeout(3000);
    const response = await fetch(url, { method: 'POST', headers: { [key]: value }, signal });
    await response.arrayBuffer();
    if (response.status !== 200) {
      tell({ news: 'wrong', what: `the header of ${name} was refused with ${response.status}` });
    }
    tell({ news: 'header' });
  }

  /** Makes the next link from the one that is there. A plain write: the lock alone keeps others away. */
  async #chain(): Promise<void> {
    await this.#storage.lock(CHAIN_LOCK, async () => {
      const before = decodeLink(await this.#storage.get(CHAIN));
      tell({ news: 'read', ...before });
      await sleep(30 * this.#random());
      const link = { number: before.number + 1, id: randomUUID() };
      await this.#storage.set(CHAIN, encodeLink(link));
      tell({ news: 'wrote', ...link });
    });
  }
}

process.once('disconnect', () => process.exit());
async function begin(task: ClientTask): Promise<void> {
  const client = new Client(task);
  process.on('message', (order: Order) => {
    if (order.order === 'use') client.use(order);
    else void client.prove(order.gone);
  });
  await client.configure();
  tell({ news: 'begun' });
  client.work();
}

process.once('message', (task: ClientTask) => void begin(task));
