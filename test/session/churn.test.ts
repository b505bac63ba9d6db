/** Instances of two servers that come, work and go at random leave nothing behind. `SEED=<number>` repeats a run. */
import { afterEach, expect, test } from 'vitest';
import {
  PowerAuthAuthentication,
  PowerAuthError,
  PowerAuthErrorCode,
  type PowerAuth,
} from '../../src/index.ts';
import { tokenCache } from '../../src/session/token-cache.ts';
import { DEEP } from '../helpers/deep.ts';
import { fleet, sharedThings, TOKEN } from '../helpers/fleet.ts';
import { randomFrom } from '../helpers/random.ts';
import { seed } from '../helpers/seed.ts';

const STEPS = DEEP ? 20_000 : 400;
const INSTANCES = 12;
const AT_ONCE = 8;
/** Fewer tokens than there are, so that some are evicted. */
const CAPACITY = 9;

const { capacity } = tokenCache;
afterEach(() => {
  tokenCache.capacity = capacity;
});

/** What may come of a call whose instance comes and goes. */
const EXPECTED: readonly string[] = [
  PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED,
  PowerAuthErrorCode.REACT_NATIVE_ERROR,
  PowerAuthErrorCode.OPERATION_CANCELED,
  PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE,
];

test(`churn over two servers leaves nothing in any table (seed ${seed})`, async () => {
  const random = randomFrom(seed);
  const [things, tokens] = [sharedThings(), tokenCache.size];
  tokenCache.capacity = CAPACITY;
  const fleets = [await fleet(INSTANCES), await fleet(INSTANCES)];
  const done = { ok: 0, refused: 0 };

  const calls: ((instance: PowerAuth, all: (typeof fleets)[number]) => Promise<unknown>)[] = [
    (instance, { configure }) => configure(instance),
    (instance, { configure }) => configure(instance),
    (instance) => instance.deconfigure(),
    ({ tokenStore }) => tokenStore.generateHeaderForToken(TOKEN),
    ({ tokenStore }) => tokenStore.generateHeaderForToken(TOKEN),
    async ({ tokenStore }) => {
      const generator = await tokenStore.headerGenerator(TOKEN);
      generator.nextBatch(3);
      generator.release();
    },
    async ({ tokenStore }) => {
      await tokenStore.requestAccessToken('short-lived', PowerAuthAuthentication.possession());
      await tokenStore.generateHeaderForToken('short-lived');
      await tokenStore.removeLocalToken('short-lived');
    },
    (instance) => instance.getEncryptorForApplicationScope().encryptRequest('x'),
    ({ instanceId }, { say, keysOf, instances }) => {
      const one = instances.find((it) => it.instanceId === instanceId);
      say(random() < 0.3 || one === undefined ? 'all' : [keysOf(one).token(TOKEN)]);
      return Promise.resolve();
    },
  ];

  let left = STEPS;
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      const all = fleets[Math.floor(random() * 2)];
      const instance = all?.instances[Math.floor(random() * INSTANCES)];
      const call = calls[Math.floor(random() * calls.length)];
      if (all === undefined || instance === undefined || call === undefined) throw new Error('none');
      try {
        await call(instance, all);
        done.ok++;
      } catch (error) {
        // Activations are copies of one, so a counter may be another copy's: the server refuses it then.
        const isRefused =
          error instanceof PowerAuthError && error.code === PowerAuthErrorCode.AUTHENTICATION_ERROR;
        if (!isRefused && !(error instanceof PowerAuthError && EXPECTED.includes(error.code))) throw error;
        done.refused++;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  expect(done.ok).toBeGreaterThan(STEPS / 3);
  expect(tokenCache.size - tokens).toBeLessThanOrEqual(CAPACITY);

  await Promise.all(fleets.flatMap(({ instances }) => instances.map((instance) => instance.deconfigure())));
  expect(sharedThings()).toBe(things);
  expect(tokenCache.size).toBe(tokens);
}, 600_000);
