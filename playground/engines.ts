/**
 * A worker with one engine, or with WebCrypto beside it, that makes headers when it is its turn.
 *
 * @module
 */

import { PowerAuthTokens, type PowerAuthConfigurationType } from '../src/tokens.ts';
import { tokenDigest, tokenHeader } from './bytes.ts';

/** The engines of the package, and what a page would use without it. */
export const CONTESTANTS = ['wasm-simd', 'wasm-scalar', 'js', 'WebCrypto'] as const;
export type Contestant = (typeof CONTESTANTS)[number];

/** What the page sends: first of all what to make headers with, then the length of each turn in ms. */
export type Order =
  | {
      readonly contestant: Contestant;
      readonly instance: string;
      readonly token: string;
      readonly configuration: PowerAuthConfigurationType;
    }
  | { readonly turn: number };

/** What it answers: that it is ready, how many headers a second it made, or why it can't. */
export type Report = 'ready' | { readonly rate: number } | { readonly error: string };

/** Headers between two looks at the clock. */
const BATCH = 32;

/** Makes a number of headers. */
type Make = (count: number) => void | Promise<void>;

async function maker({
  contestant,
  instance,
  token,
  configuration,
}: Extract<Order, { contestant: unknown }>): Promise<Make> {
  if (contestant === 'WebCrypto') return webCrypto(token);
  const tokens = new PowerAuthTokens(instance);
  await tokens.configure(configuration, {
    enableUnsecureTraffic: configuration.baseEndpointUrl.startsWith('http:'),
    engine: contestant,
  });
  const generator = await tokens.tokenStore.headerGenerator(token);
  return (count) => {
    for (let i = 0; i < count; i++) generator.next();
  };
}

/** The same work, one header after another: nonce, message, digest, text. */
async function webCrypto(tokenId: string): Promise<Make> {
  const secret = crypto.getRandomValues(new Uint8Array(16));
  return async (count) => {
    for (let i = 0; i < count; i++) {
      const nonce = crypto.getRandomValues(new Uint8Array(16));
      const timestamp = String(Date.now());
      tokenHeader({ tokenId, digest: await tokenDigest(secret, nonce, timestamp), nonce, timestamp });
    }
  };
}

async function takeTurn(make: Make, ms: number): Promise<number> {
  const began = performance.now();
  let made = 0;
  let now = began;
  while (now - began < ms) {
    await make(BATCH);
    made += BATCH;
    now = performance.now();
  }
  return (1000 * made) / (now - began);
}

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Order>) => void;
  postMessage: (report: Report) => void;
};

let make: Make | undefined;

async function obey(order: Order): Promise<Report> {
  if ('contestant' in order) {
    make = await maker(order);
    return 'ready';
  }
  if (make === undefined) return { error: 'not ready' };
  return { rate: await takeTurn(make, order.turn) };
}

scope.onmessage = ({ data }) => {
  obey(data).then(
    (report) => scope.postMessage(report),
    (error: unknown) => scope.postMessage({ error: (error as Error).message }),
  );
};
