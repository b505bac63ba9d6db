/**
 * Key slots are used again by other instances: whatever happens between any two headers, each is made with the secret of
 * the token that was asked for, for the time of its server, with a nonce of its own. `SEED=<number>` repeats a run.
 */
import { createHmac } from 'node:crypto';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { afterEach, expect, test, vi } from 'vitest';
import { ENGINE_NAMES } from '../../src/hot-path/index.ts';
import {
  PowerAuthErrorCode,
  type EngineName,
  type PowerAuth,
  type PowerAuthTokenHeaderGenerator,
} from '../../src/index.ts';
import { DEEP } from '../helpers/deep.ts';
import { newToken, openFleet, timeServer, type FleetToken } from '../helpers/one-thread.ts';
import { randomFrom } from '../helpers/random.ts';
import { seed } from '../helpers/seed.ts';

/** Headers and changes. */
const STEPS: Record<EngineName, number> = DEEP
  ? { 'wasm-simd': 200_000, 'wasm-scalar': 100_000, js: 20_000 }
  : { 'wasm-simd': 20_000, 'wasm-scalar': 6_000, js: 2_000 };
const INSTANCES = 9;
const NAMES = ['a', 'b', 'c', 'd'];
/** Fewer than there are tokens, so that they evict each other. */
const CAPACITY = 14;
/** Held at once; a held token is not evicted. */
const GENERATORS = 5;
/** Former generators that go on being used. */
const STALE = 20;
/** What the servers' clocks show more than ours. */
const AHEAD = [1_700_000_000_000, 1_900_000_000_000];

const HEADER =
  /^PowerAuth version="3\.3", token_id="([^"]+)", token_digest="([^"]{44})", nonce="([^"]{24})", timestamp="(\d+)"$/;

interface Instance {
  readonly id: string;
  /** What the server's clock shows more than ours. */
  readonly ahead: number;
  readonly server: typeof globalThis.fetch;
  powerAuth: PowerAuth | undefined;
  readonly tokens: Map<string, FleetToken>;
}

interface Held {
  readonly generator: PowerAuthTokenHeaderGenerator;
  readonly instance: Instance;
  readonly token: FleetToken;
  /** Why it must make no more headers. */
  over: PowerAuthErrorCode | undefined;
}

/** The states after the key's blocks, as key slots keep them. */
function midstates({ secret }: FleetToken): Buffer[] {
  const mac = hmac.create(sha256, secret) as unknown as Record<'iHash' | 'oHash', { get(): number[] }>;
  return [mac.iHash, mac.oHash].map((hash) => Buffer.from(Int32Array.from(hash.get()).buffer));
}

afterEach(() => vi.restoreAllMocks());

test.each(ENGINE_NAMES)(
  `%s: no header with another's secret, time or nonce (seed ${seed})`,
  async (engine) => {
    const random = randomFrom(seed);
    const below = (n: number): number => Math.floor(random() * n);
    const pick = <T>(list: readonly T[]): T | undefined => list[below(list.length)];
    const fleet = await openFleet(engine);
    const { clock, boundaries } = fleet;
    fleet.tokenCache.capacity = CAPACITY;
    const servers = AHEAD.map((ahead) => ({ ahead, server: timeServer(clock, ahead) }));
    const nonces = new Set<string>();
    const removed: FleetToken[] = [];
    const stale: Held[] = [];
    let live: Held[] = [];
    let steps = 0;
    let refused = 0;
    let scanned = 0;

    function check(header: string, { ahead }: Instance, { id, secret }: FleetToken): void {
      const [, tokenId, digest, nonce = '', timestamp] = HEADER.exec(header) ?? [];
      const right = createHmac('sha256', secret)
        .update(Buffer.from(nonce, 'base64'))
        .update(`&${clock.ms + ahead}&3.3`)
        .digest('base64');
      if (tokenId !== id || timestamp !== String(clock.ms + ahead) || digest !== right)
        expect.fail(`step ${steps}: expected token ${id} at ${clock.ms + ahead}, got ${header}`);
      if (nonces.has(nonce)) expect.fail(`step ${steps}: ${nonce} was used before`);
      nonces.add(nonce);
      steps++;
    }

    const expectCode = (error: unknown, code: PowerAuthErrorCode): void => {
      if ((error as { code?: unknown }).code !== code) throw error;
      refused++;
      steps++;
    };

    /** Everything that refers to these tokens is over. */
    function end(instance: Instance, names: Iterable<string>, over: PowerAuthErrorCode): void {
      for (const name of names) {
        const token = instance.tokens.get(name);
        if (token === undefined) continue;
        if (over === PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE) removed.push(token);
        for (const held of live) if (held.token === token) held.over ??= over;
      }
      const others = live.filter((held) => held.over === undefined);
      stale.push(...live.filter((held) => held.over !== undefined));
      stale.splice(0, stale.length - STALE);
      live = others;
    }

    async function configure(instance: Instance): Promise<void> {
      instance.powerAuth = await fleet.configure(instance.id, instance.server);
    }

    const instances = Array.from({ length: INSTANCES }, (_, i): Instance => {
      const server = servers[i % servers.length] ?? expect.fail('no server');
      return { id: `instance ${i}`, ...server, powerAuth: undefined, tokens: new Map() };
    });
    for (const instance of instances) {
      await fleet.addActivation(instance.id);
      await configure(instance);
    }

    const anyInstance = (): Instance => pick(instances) ?? expect.fail('no instance');
    const anyName = (): string => pick(NAMES) ?? expect.fail('no name');
    const changes: readonly (() => Promise<void> | void)[] = [
      async function add() {
        const instance = anyInstance();
        const name = anyName();
        if (instance.tokens.has(name)) return;
        const token = newToken();
        await fleet.addToken(instance.id, name, token);
        instance.tokens.set(name, token);
      },
      async function remove() {
        const instance = anyInstance();
        const name = anyName();
        if (instance.powerAuth === undefined) return;
        end(instance, [name], PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE);
        await instance.powerAuth.tokenStore.removeLocalToken(name);
        instance.tokens.delete(name);
      },
      async function removeAll() {
        const instance = anyInstance();
        if (instance.powerAuth === undefined || below(4) > 0) return;
        end(instance, NAMES, PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE);
        await instance.powerAuth.tokenStore.removeAllLocalTokens();
        instance.tokens.clear();
      },
      async function deconfigureOrConfigure() {
        const instance = anyInstance();
        if (instance.powerAuth === undefined) return configure(instance);
        if (below(2) > 0) return;
        const { powerAuth } = instance;
        instance.powerAuth = undefined;
        end(instance, NAMES, PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED);
        await powerAuth.deconfigure();
        if (below(3) > 0) await configure(instance);
      },
      async function hold() {
        const instance = anyInstance();
        const [name, token] = pick([...instance.tokens]) ?? [];
        if (instance.powerAuth === undefined || name === undefined || token === undefined) return;
        const generator = await instance.powerAuth.tokenStore.headerGenerator(name);
        live.push({ generator, instance, token, over: undefined });
        const [first] = live.length > GENERATORS ? live.splice(0, 1) : [];
        if (first === undefined) return;
        first.generator.release();
        first.over = PowerAuthErrorCode.INVALID_NATIVE_OBJECT;
        stale.push(first);
      },
      function tick() {
        clock.ms += below(3);
      },
    ];
    const change = async (): Promise<void> => {
      steps++;
      await pick(changes)?.();
    };

    /** One header, or several, each way that there is. */
    async function make({ generator, instance, token, over }: Held): Promise<void> {
      try {
        if (below(8) === 0)
          for (const header of generator.nextBatch(below(70))) check(header, instance, token);
        else check(generator.next(), instance, token);
        if (over !== undefined) expect.fail(`step ${steps}: a header of a token that is over`);
      } catch (error) {
        if (over === undefined) throw error;
        expectCode(error, over);
      }
    }
    async function generate(instance: Instance, name: string): Promise<void> {
      const token = instance.tokens.get(name);
      const powerAuth = instance.powerAuth ?? (await anyOf(instance));
      try {
        const { value } = await powerAuth.tokenStore.generateHeaderForToken(name);
        if (token === undefined || instance.powerAuth === undefined)
          expect.fail(`step ${steps}: a header of a token that is over`);
        check(value, instance, token);
      } catch (error) {
        if (instance.powerAuth === undefined) expectCode(error, PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED);
        else if (token === undefined) expectCode(error, PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE);
        else throw error;
      }
    }
    const former = new Map<string, PowerAuth>();
    const anyOf = async (instance: Instance): Promise<PowerAuth> => {
      const known = former.get(instance.id);
      if (known !== undefined) return known;
      const { PowerAuth: Any } = await import('../../src/index.ts');
      former.set(instance.id, new Any(instance.id));
      return anyOf(instance);
    };

    /** Nothing of a removed token, or of a closed session, is in the thread's WebAssembly memory. */
    function scan(): void {
      const closed = instances.flatMap(({ powerAuth, tokens }) => (powerAuth ? [] : [...tokens.values()]));
      for (const { buffer } of boundaries.memories) {
        const memory = Buffer.from(buffer);
        for (const token of [...closed, ...removed]) {
          for (const secret of [Buffer.from(token.secret), ...midstates(token)])
            if (memory.includes(secret)) expect.fail(`step ${steps}: a secret of ${token.id}`);
          scanned++;
        }
      }
      removed.length = 0;
    }

    while (steps < STEPS[engine]) {
      await change();
      // A tight loop over a few tokens, so that headers are made ahead; now and then something changes in the middle.
      const length = below(4) === 0 ? 1 + below(150) : 1 + below(4);
      const turn = Array.from({ length: 1 + below(3) }, () => {
        const held = pick([...live, ...live, ...stale]);
        const instance = anyInstance();
        const name = anyName();
        return below(2) === 0 && held !== undefined ? () => make(held) : () => generate(instance, name);
      });
      for (let i = 0; i < length; i++) {
        if (below(40) === 0) await change();
        await turn[i % turn.length]?.();
      }
      if (below(40) === 0) scan();
    }
    expect(fleet.tokenCache.size).toBeLessThanOrEqual(CAPACITY);
    for (const instance of instances) {
      await instance.powerAuth?.deconfigure();
      instance.powerAuth = undefined;
    }
    expect(fleet.tokenCache.size).toBe(0);
    scan();
    expect(scanned > 0).toBe(engine !== 'js');
    expect(refused).toBeGreaterThan(steps / 100);
    expect(boundaries.memories).toHaveLength(engine === 'js' ? 0 : 1);
  },
  600_000,
);
