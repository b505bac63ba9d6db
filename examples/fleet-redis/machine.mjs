// One machine of the fleet: a process that has the configuration, the sealing key and the address of Redis, which a
// service gets from its environment, and shares nothing else with the others. Messages tell it what to do.
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { redisStorage } from 'powerauth-wasm/storage/redis';

const { REDIS_URL = '', SEALING_KEY = '', CONFIGURATION = '' } = process.env;
const possession = PowerAuthAuthentication.possession();

const powerAuth = new PowerAuth('fleet');
await powerAuth.configure(JSON.parse(CONFIGURATION), { enableUnsecureTraffic: true }, undefined, {
  storage: redisStorage({ url: REDIS_URL, prefix: 'fleet-example' }),
  sealingKey: Buffer.from(SEALING_KEY, 'hex'),
});

const calls = {
  async activate(activationCode) {
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'Fleet'));
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('fleet password'));
  },
  async requestAccessToken(name) {
    return (await powerAuth.tokenStore.requestAccessToken(name, possession)).tokenIdentifier;
  },
  async header(name) {
    return powerAuth.tokenStore.generateHeaderForToken(name);
  },
  /** Makes headers for `ms`; returns how many there were per second, by API. */
  async measure(name, ms) {
    const generator = await powerAuth.tokenStore.headerGenerator(name);
    const rates = {
      'await generateHeaderForToken(name)': await rate(ms, async () => {
        for (let i = 0; i < 500; i++) await powerAuth.tokenStore.generateHeaderForToken(name);
        return 500;
      }),
      'headerGenerator.nextBatch(64)': await rate(ms, () => {
        for (let i = 0; i < 100; i++) generator.nextBatch(64);
        return 6400;
      }),
    };
    generator.release();
    return rates;
  },
  async removeAccessToken(name) {
    await powerAuth.tokenStore.removeAccessToken(name);
    return Date.now();
  },
  /** Uses the token until it is gone; returns when that was, and the error's code. */
  async useUntilRemoved(name) {
    process.send?.({ using: true });
    for (;;) {
      try {
        await powerAuth.tokenStore.generateHeaderForToken(name);
      } catch ({ code }) {
        return { at: Date.now(), code };
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },
};

async function rate(ms, make) {
  let count = 0;
  let elapsed;
  const started = performance.now();
  do {
    count += await make();
    elapsed = performance.now() - started;
  } while (elapsed < ms);
  return Math.round((count / elapsed) * 1000);
}

process.on('message', async ({ call, args }) => {
  try {
    process.send?.({ value: await calls[call](...args) });
  } catch ({ code, message }) {
    process.send?.({ error: `${code}: ${message}` });
  }
});
process.send?.({ value: process.pid });
