/** A client in a process of its own, which does what it is told by messages: see client-process.ts. */

import {
  PowerAuth,
  PowerAuthAuthentication,
  type PowerAuthTokenHeaderGenerator,
} from '../../../src/index.ts';
import { powerAuthFetch } from '../../../src/fetch.ts';
import { configureClient, type ClientSetup } from './client-setup.ts';

let powerAuth: PowerAuth;
const generators = new Map<string, PowerAuthTokenHeaderGenerator>();
const possession = PowerAuthAuthentication.possession();

/** Requests take a while on their way, each another one. */
const withJitter: typeof fetch = async (input, init) => {
  await new Promise((resolve) => setTimeout(resolve, 20 * Math.random()));
  return fetch(input, init);
};

/** How often each status came. */
async function count(statuses: readonly Promise<number>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const status of await Promise.all(statuses)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const calls = {
  async configure(setup: ClientSetup): Promise<void> {
    powerAuth = await configureClient(setup);
  },
  async requestAccessToken(name: string): Promise<string> {
    return (await powerAuth.tokenStore.requestAccessToken(name, possession)).tokenIdentifier;
  },
  async removeAccessToken(name: string): Promise<void> {
    await powerAuth.tokenStore.removeAccessToken(name);
  },
  async header(name: string): Promise<string> {
    return (await powerAuth.tokenStore.generateHeaderForToken(name)).value;
  },
  async hold(name: string): Promise<void> {
    generators.set(name, await powerAuth.tokenStore.headerGenerator(name));
  },
  async next(name: string): Promise<string | undefined> {
    return generators.get(name)?.next();
  },
  /** Sends requests at once, with headers of the token, and returns how often each status came. */
  async fetchAtOnce(url: string, requests: number): Promise<Record<number, number>> {
    const { origin } = new URL(url);
    const token = { name: 'api', authentication: () => possession };
    const bank = powerAuthFetch(powerAuth, { origins: [origin], token, fetch: withJitter });
    return count(Array.from({ length: requests }, async () => (await bank(url)).status));
  },
  /** The same with signatures of a password. */
  async signAtOnce(
    url: string,
    uriId: string,
    password: string,
    requests: number,
  ): Promise<Record<number, number>> {
    const bank = powerAuthFetch(powerAuth, { origins: [new URL(url).origin], fetch: withJitter });
    const sign = PowerAuthAuthentication.password(password);
    return count(
      Array.from({ length: requests }, async (_, i) => {
        const response = await bank(url, { method: 'POST', body: `${i}`, powerAuth: { sign, uriId } });
        return response.status;
      }),
    );
  },
  async hasValidActivation(): Promise<boolean> {
    return powerAuth.hasValidActivation();
  },
  /** Requests that the SDK sends itself, two for each round: a token is made and removed. */
  async makeAndRemove(name: string, rounds: number): Promise<void> {
    for (let i = 0; i < rounds; i++) {
      await calls.requestAccessToken(name);
      await calls.removeAccessToken(name);
    }
  },
};

export type ClientCalls = typeof calls;

process.on('message', ({ call, args }: { call: keyof ClientCalls; args: never[] }) => {
  const run: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = calls;
  run[call]?.(...args).then(
    (value) => process.send?.({ value }),
    (error: unknown) => {
      const { code, message } = error as { code?: unknown; message?: unknown };
      process.send?.({ error: { code, message } });
    },
  );
});
