/** A test server that is killed under load and started again with its state file: its clients go on. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuth,
} from '../../../src/index.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { PASSWORD, testClient } from '../../helpers/client.ts';
import { randomFrom } from '../../helpers/random.ts';
import { seed } from '../../helpers/seed.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

const CRASHES = Number(process.env['CRASHES'] ?? 6);
const CLIENTS = 3;
const SCRIPT = fileURLToPath(new URL('state-child.mjs', import.meta.url));
const factors = PowerAuthAuthentication.password(PASSWORD);

type Configuration = PowerAuthTestServer['configuration'];

/** A server's process, again and again. */
class Crashing {
  readonly #path: string;
  #process: ChildProcess | undefined;
  #port = 0;

  constructor(path: string) {
    this.#path = path;
    onTestFinished(() => this.kill());
  }

  async start(): Promise<Configuration> {
    const child = spawn(process.execPath, [SCRIPT, this.#path, String(this.#port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const configuration = JSON.parse(line) as Configuration;
    this.#port = Number(new URL(configuration.baseEndpointUrl).port);
    return configuration;
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child?.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

/** A client that works until it is stopped, and remembers what it was told. */
class Worker {
  readonly powerAuth: PowerAuth;
  readonly #url: string;
  /** Names of tokens that it has, and that no call in flight concerns. */
  readonly tokens = new Set<string>();
  signed = 0;
  #names = 0;

  constructor(powerAuth: PowerAuth, url: string) {
    this.powerAuth = powerAuth;
    this.#url = url;
  }

  /** The status of an answer; undefined if none came. */
  async send(path: string, header: { key: string; value: string }, body = ''): Promise<number | undefined> {
    const init = { method: 'POST', headers: { [header.key]: header.value }, body };
    const response = await fetch(this.#url + path, init).catch(() => undefined);
    await response?.text().catch(() => undefined);
    return response?.status;
  }

  async sign(): Promise<number | undefined> {
    const path = '/api/protected/signature';
    const status = await this.powerAuth.withSignature(
      factors,
      { method: 'POST', uriId: path, body: 'pay' },
      (header) => this.send(path, header, 'pay'),
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
    while (!isOver()) {
      expect([200, undefined]).toContain(await this.sign());
      const name = `token ${++this.#names}`;
      await this.#unlessCut(async () => {
        await this.powerAuth.tokenStore.requestAccessToken(name, PowerAuthAuthentication.possession());
        this.tokens.add(name);
      });
      for (const known of [...this.tokens].slice(-2))
        expect([200, undefined]).toContain(await this.useToken(known));
      const [oldest] = this.tokens;
      if (this.tokens.size < 4 || oldest === undefined) continue;
      this.tokens.delete(oldest);
      await this.#unlessCut(() => this.powerAuth.tokenStore.removeAccessToken(oldest));
    }
  }

  async #unlessCut(call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (error) {
      expect((error as { code: string }).code).toBe(PowerAuthErrorCode.NETWORK_ERROR);
    }
  }
}

test(
  `clients go on after each of ${CRASHES} kills (seed ${seed})`,
  { timeout: 30_000 + CRASHES * 5000 },
  async () => {
    const random = randomFrom(seed);
    const server = new Crashing(join(await temporaryFolder(), 'state.jsonl'));
    const configuration = await server.start();
    const url = configuration.baseEndpointUrl;
    const ids: string[] = [];
    const workers: Worker[] = [];
    const backEnd = async (method: string, requestObject: object): Promise<Record<string, unknown>> => {
      const response = await fetch(`${url}/rest/v3/${method}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ requestObject }),
      });
      return ((await response.json()) as { responseObject: Record<string, unknown> }).responseObject;
    };
    for (let i = 0; i < CLIENTS; i++) {
      const applicationId = 'PowerAuthJsTestClient-Application';
      const made = await backEnd('activation/init', { userId: `user ${i}`, applicationId });
      const powerAuth = await testClient({ configuration }, { client: { readTimeout: 2 } });
      const code = `${String(made['activationCode'])}#${String(made['activationSignature'])}`;
      await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(code, 'test'));
      await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
      ids.push(String(made['activationId']));
      await backEnd('activation/commit', { activationId: made['activationId'] });
      workers.push(new Worker(powerAuth, url));
    }

    for (let crash = 0; crash < CRASHES; crash++) {
      let isOver = false;
      const work = Promise.all(workers.map((worker) => worker.work(() => isOver)));
      await sleep(20 + random() * 300);
      await server.kill();
      isOver = true;
      await work;
      expect(await server.start()).toEqual(configuration);
      for (const [i, worker] of workers.entries()) {
        expect(await worker.sign()).toBe(200);
        for (const name of worker.tokens) expect(await worker.useToken(name)).toBe(200);
        const status = await backEnd('activation/status', { activationId: ids[i] });
        expect(status).toMatchObject({ activationStatus: 'ACTIVE', failedAttempts: 0 });
      }
    }
    const signed = workers.reduce((sum, worker) => sum + worker.signed, 0);
    console.log(`${CRASHES} kills: ${signed} signed requests accepted, none refused`);
    expect(signed).toBeGreaterThan(CRASHES * CLIENTS);
  },
);
