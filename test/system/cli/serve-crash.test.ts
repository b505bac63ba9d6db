/** `serve --state`, the built program, is killed under load and started again with its state: its clients go on. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuth,
} from '../../../src/index.ts';
import type { PowerAuthTestActivation, PowerAuthTestServer } from '../../../src/testing/index.ts';
import { PASSWORD, testClient } from '../../helpers/client.ts';
import { randomFrom } from '../../helpers/random.ts';
import { seed } from '../../helpers/seed.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { root } from './stage.ts';

const CRASHES = Number(process.env['CRASHES'] ?? 6);
const CLIENTS = 3;
const SIGNED = '/api/possession/signature';
const possession = PowerAuthAuthentication.possession();
const factors = PowerAuthAuthentication.password(PASSWORD);

/** The line of JSON that says that it is ready. */
interface Ready {
  readonly baseUrl: string;
  readonly adminUrl: string;
  readonly configuration: PowerAuthTestServer['configuration'];
}

interface Header {
  readonly key: string;
  readonly value: string;
}

/** The program, again and again at one port. */
class Program {
  readonly #state: string;
  #process: ChildProcess | undefined;
  #port = '0';

  constructor(state: string) {
    this.#state = state;
    onTestFinished(() => this.kill());
  }

  async start(): Promise<Ready> {
    const argv = [join(root, 'dist/cli.js'), 'serve', '--state', this.#state, '--port', this.#port];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process = child;
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`It ended with ${String(code)}`);
    });
    const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
    const [text] = await Promise.race([line, ended]);
    ended.catch(() => undefined);
    const ready = JSON.parse(text) as Ready;
    this.#port = new URL(ready.baseUrl).port;
    return ready;
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

/** A client that works until it is stopped, and remembers what it was told. */
class Client {
  readonly powerAuth: PowerAuth;
  readonly activationId: string;
  readonly #url: string;
  /** Names of the tokens that it has, and that no call in flight concerns. */
  readonly tokens = new Set<string>();
  /** Identifiers of tokens that it was told are removed. */
  readonly removed = new Set<string>();
  /** The last headers that were accepted, by path. */
  readonly used = new Map<string, Header>();
  signed = 0;
  #names = 0;

  constructor(powerAuth: PowerAuth, activationId: string, url: string) {
    this.powerAuth = powerAuth;
    this.activationId = activationId;
    this.#url = url;
  }

  /** The status of an answer; undefined if none came. */
  async send(path: string, header: Header): Promise<number | undefined> {
    const init = { method: 'POST', headers: { [header.key]: header.value } };
    const response = await fetch(this.#url + path, init).catch(() => undefined);
    await response?.text().catch(() => undefined);
    if (response?.status === 200) this.used.set(path, header);
    return response?.status;
  }

  async sign(authentication: PowerAuthAuthentication): Promise<number | undefined> {
    const request = { method: 'POST', uriId: SIGNED, body: '' };
    const status = await this.powerAuth.withSignature(authentication, request, (header) =>
      this.send(SIGNED, header),
    );
    if (status === 200) this.signed++;
    return status;
  }

  async useToken(name: string): Promise<number | undefined> {
    const header = await this.powerAuth.tokenStore.generateHeaderForToken(name);
    return this.send('/api/possession/token', header);
  }

  /** Everything in turns; whatever is answered at all must be accepted. */
  async work(isOver: () => boolean): Promise<void> {
    const { tokenStore } = this.powerAuth;
    while (!isOver()) {
      expect([200, undefined]).toContain(await this.sign(factors));
      expect([200, undefined]).toContain(await this.sign(possession));
      const name = `token ${++this.#names}`;
      await unlessCut(async () => {
        await tokenStore.requestAccessToken(name, possession);
        this.tokens.add(name);
      });
      for (const known of [...this.tokens].slice(-2))
        expect([200, undefined]).toContain(await this.useToken(known));
      const [oldest] = this.tokens;
      if (this.tokens.size < 4 || oldest === undefined) continue;
      this.tokens.delete(oldest);
      const { tokenIdentifier } = await tokenStore.getLocalToken(oldest);
      await unlessCut(async () => {
        await tokenStore.removeAccessToken(oldest);
        this.removed.add(tokenIdentifier);
      });
    }
  }
}

async function unlessCut(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    expect(error).toMatchObject({ code: PowerAuthErrorCode.NETWORK_ERROR });
  }
}

/** The bank, which creates activations and removes every other one. */
class Bank {
  readonly #url: string;
  /** What the server has confirmed, by id, of activations that no call in flight concerns. */
  readonly states = new Map<string, string>();

  constructor({ adminUrl }: Ready) {
    this.#url = adminUrl;
  }

  async ask(method: string, path: string, body?: object): Promise<unknown> {
    const init = { method, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`${this.#url}/${path}`, init);
    expect([200, 201, 204]).toContain(response.status);
    return JSON.parse((await response.text()) || 'null');
  }

  async work(isOver: () => boolean): Promise<void> {
    try {
      for (let round = 0; !isOver(); round++) {
        const { activationId } = (await this.ask('POST', 'activations', {})) as PowerAuthTestActivation;
        if (round % 2 === 1) {
          await this.ask('DELETE', `activations/${activationId}`);
          this.states.set(activationId, 'REMOVED');
        } else this.states.set(activationId, 'CREATED');
        await sleep(5);
      }
    } catch (error) {
      // Cut: what became of this activation was not confirmed.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

async function enroll(bank: Bank, { configuration, baseUrl }: Ready): Promise<Client> {
  const made = (await bank.ask('POST', 'activations', {})) as {
    activationId: string;
    activationCode: string;
  };
  const powerAuth = await testClient({ configuration }, { client: { readTimeout: 2 } });
  const activation = PowerAuthActivation.createWithActivationCode(made.activationCode, 'test');
  await powerAuth.createActivation(activation);
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
  await bank.ask('POST', `activations/${made.activationId}/commit`);
  return new Client(powerAuth, made.activationId, baseUrl);
}

test(
  `clients go on after each of ${CRASHES} kills (seed ${seed})`,
  { timeout: 30_000 + CRASHES * 5000 },
  async () => {
    const random = randomFrom(seed);
    const program = new Program(join(await temporaryFolder(), 'state.jsonl'));
    const first = await program.start();
    const bank = new Bank(first);
    const clients: Client[] = [];
    for (let i = 0; i < CLIENTS; i++) clients.push(await enroll(bank, first));

    for (let crash = 0; crash < CRASHES; crash++) {
      let isOver = false;
      const work = Promise.all([bank, ...clients].map((it) => it.work(() => isOver)));
      await sleep(20 + random() * 300);
      await program.kill();
      isOver = true;
      await work;

      const { configuration } = await program.start();
      expect(configuration).toEqual(first.configuration);
      const activations = (await bank.ask('GET', 'activations')) as PowerAuthTestActivation[];
      const states = new Map(activations.map(({ activationId, state }) => [activationId, state]));
      for (const [id, state] of bank.states) expect([id, states.get(id)]).toEqual([id, state]);
      const there = new Set(activations.flatMap(({ tokens }) => tokens.map(({ tokenId }) => tokenId)));
      for (const client of clients) {
        const { activationId, tokens, removed, used } = client;
        // What was used before the kill is used up.
        for (const [path, header] of [...used]) expect(await client.send(path, header)).toBe(401);
        expect(await client.sign(factors)).toBe(200);
        for (const name of tokens) expect(await client.useToken(name)).toBe(200);
        expect([...removed].filter((tokenId) => there.has(tokenId))).toEqual([]);
        const activation = await bank.ask('GET', `activations/${activationId}`);
        expect(activation).toMatchObject({ state: 'ACTIVE', failCount: 0 });
      }
    }
    const signed = clients.reduce((sum, client) => sum + client.signed, 0);
    console.log(
      `${CRASHES} kills: ${signed} signed requests accepted, none refused; ${bank.states.size} activations of the bank all there`,
    );
    expect(signed).toBeGreaterThan(CRASHES * CLIENTS);
    expect(bank.states.size).toBeGreaterThan(0);
  },
);
