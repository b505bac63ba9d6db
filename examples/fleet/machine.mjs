// One machine of the fleet: a process that has the configuration, the sealing key and the address of the store, which a
// service gets from its environment, and shares nothing else with the others. Messages tell it what to do.
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';

const { DRIVER = '', STORAGE = '', SEALING_KEY = '', CONFIGURATION = '' } = process.env;
const configuration = JSON.parse(CONFIGURATION);
const possession = PowerAuthAuthentication.possession();

async function openStorage() {
  const options = JSON.parse(STORAGE);
  if (DRIVER !== 'postgres') return (await import('powerauth-wasm/storage/redis')).redisStorage(options);
  return (await import('powerauth-wasm/storage/postgres')).postgresStorage(options);
}

const powerAuth = new PowerAuth('fleet');
const client = { enableUnsecureTraffic: true, connectionTimeout: 5, readTimeout: 5 };
await powerAuth.configure(configuration, client, undefined, {
  storage: await openStorage(),
  sealingKey: Buffer.from(SEALING_KEY, 'hex'),
});

const post = async (path, { key, value }, signal) => {
  const url = configuration.baseEndpointUrl + path;
  const response = await fetch(url, { method: 'POST', body: '{}', headers: { [key]: value }, signal });
  await response.arrayBuffer();
  return response.status;
};

const SIGNED = '/api/possession/signature';

const calls = {
  async activate(activationCode) {
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'Fleet'));
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('fleet password'));
  },
  async requestAccessToken(name) {
    return (await powerAuth.tokenStore.requestAccessToken(name, possession)).tokenIdentifier;
  },
  /** Opens the protected endpoint with a token header; returns the status. */
  async useToken(name) {
    return post('/api/possession/token', await powerAuth.tokenStore.generateHeaderForToken(name));
  },
  /** Sends signed requests; returns how many the server accepted. */
  async sendSigned(count) {
    const request = { method: 'POST', uriId: SIGNED, body: '{}' };
    let accepted = 0;
    for (let i = 0; i < count; i++) {
      const status = await powerAuth.withSignature(possession, request, (header, signal) =>
        post(SIGNED, header, signal),
      );
      if (status === 200) accepted++;
    }
    return accepted;
  },
  /** Makes headers for `ms`; returns how many there were per second. */
  async measure(name, ms) {
    const generator = await powerAuth.tokenStore.headerGenerator(name);
    const started = performance.now();
    let made = 0;
    while (performance.now() - started < ms) made += generator.nextBatch(64).length;
    generator.release();
    return Math.round((made / (performance.now() - started)) * 1000);
  },
  async removeAccessToken(name) {
    await powerAuth.tokenStore.removeAccessToken(name);
  },
  /** Uses the token until it is gone; returns the error's code. */
  async useUntilRemoved(name) {
    for (;;) {
      try {
        await powerAuth.tokenStore.generateHeaderForToken(name);
      } catch ({ code }) {
        return code;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  },
};

process.once('disconnect', () => process.exit());
process.on('message', async ({ call, args }) => {
  try {
    process.send?.({ value: await calls[call](...args) });
  } catch ({ code, message }) {
    process.send?.({ error: { code, message } });
  }
});
process.send?.({ value: process.pid });
