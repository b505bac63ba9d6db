import { setTimeout as sleep } from 'node:timers/promises';
import { PowerAuthAuthentication, type PowerAuth } from '../../../src/index.ts';
import { LastErrors } from './failover-diagnosis.ts';

/** How many loops of a client sign at the same time. */
const SIGNING = 2;
const PATH = '/api/possession/signature';
const possession = PowerAuthAuthentication.possession();

/** Lets a client sign, request and remove tokens until it is stopped. */
export class Load {
  /** Names of tokens whose removal was confirmed. */
  readonly removed = new Set<string>();
  /** Signed requests that were accepted. */
  accepted = 0;
  readonly errors = new LastErrors();
  #isOver = false;
  readonly #ended: Promise<unknown>;

  constructor(client: PowerAuth, baseUrl: string, names: string) {
    this.#ended = Promise.all([
      ...Array.from({ length: SIGNING }, () => this.#repeat(() => this.#sign(client, baseUrl))),
      this.#repeat((i) => this.#remove(client, `${names}/${i}`)),
    ]);
  }

  stop(): Promise<unknown> {
    this.#isOver = true;
    return this.#ended;
  }

  /** Errors are what a failover brings. */
  async #repeat(work: (i: number) => Promise<void>): Promise<void> {
    for (let i = 0; !this.#isOver; i++) {
      await work(i).catch(async (error: unknown) => {
        this.errors.add(error);
        await sleep(10);
      });
    }
  }

  async #sign(client: PowerAuth, baseUrl: string): Promise<void> {
    const request = { method: 'POST', uriId: PATH, body: '{}' };
    const status = await client.withSignature(possession, request, async ({ key, value }) => {
      const response = await fetch(baseUrl + PATH, { method: 'POST', headers: { [key]: value }, body: '{}' });
      await response.arrayBuffer();
      return response.status;
    });
    if (status === 200) this.accepted++;
    // What an app does after a refusal.
    else await client.fetchActivationStatus();
  }

  async #remove(client: PowerAuth, name: string): Promise<void> {
    await client.tokenStore.requestAccessToken(name, possession);
    await client.tokenStore.removeLocalToken(name);
    this.removed.add(name);
  }
}
