/** A client in a process of its own, which does what it is told by messages: see client-process.ts. */

import {
  PowerAuth,
  PowerAuthAuthentication,
  type PowerAuthTokenHeaderGenerator,
} from '../../../src/index.ts';
import { configureClient, type ClientSetup } from './client-setup.ts';

let powerAuth: PowerAuth;
const generators = new Map<string, PowerAuthTokenHeaderGenerator>();
const possession = PowerAuthAuthentication.possession();

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
