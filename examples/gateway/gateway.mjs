// The gateway: one process that acts for many customers. Each customer is a PowerAuth instance with its own activation
// and token; all share one store, one sealing key and one HTTP endpoint. A service would get the sealing key from its
// secret manager, and would put its own authentication in front of the endpoint.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
import { serve } from './parent.mjs';

const TOKEN = 'gateway';
const possession = PowerAuthAuthentication.possession();
const path = mkdtempSync(join(tmpdir(), 'powerauth-gateway-'));
const storage = sqliteStorage({ path });
const sealingKey = randomBytes(32);

/** The customers' instances, by number. @type {PowerAuth[]} */
const customers = [];
/** The bank's address. */
let bank = '';
let requests = 0;

/** @param {object} configuration */
async function configure(customer, configuration) {
  const powerAuth = new PowerAuth(`customer ${customer}`);
  await powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, {
    storage,
    sealingKey,
    // Passwords here are random, so nobody can guess them, however fast a guess is.
    pbkdf2Iterations: 10_000,
  });
  customers[customer] = powerAuth;
  return powerAuth;
}

/** The last signed request of each customer. */
const last = new WeakMap();

/** Does work after the customer's last: signatures are counted, so the bank must get them in their order. */
function inTurn(powerAuth, work) {
  const turn = (last.get(powerAuth) ?? Promise.resolve()).then(work);
  last.set(
    powerAuth,
    turn.catch(() => undefined),
  );
  return turn;
}

const body = JSON.stringify({ amount: 100 });

/** Sends a request to the bank, which must accept it. */
async function send(path, headers) {
  const withType = { ...headers, 'Content-Type': 'application/json' };
  const answer = await fetch(bank + path, { method: 'POST', headers: withType, body });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`the bank answered ${answer.status}`);
  return { accepted: true };
}

async function sendSigned(powerAuth) {
  const uriId = '/api/possession/signature';
  const { key, value } = await powerAuth.requestSignature(possession, 'POST', uriId, body);
  return send(uriId, { [key]: value });
}

/** What the gateway does for a customer, by the path `/<what>/<customer>`. @type {Record<string, (powerAuth: PowerAuth) => Promise<unknown>>} */
const ROUTES = {
  /** A header for a request that the caller sends itself. */
  headers: ({ tokenStore }) => tokenStore.generateHeaderForToken(TOKEN),
  /** A request that needs no signature, sent to the bank: what the rest is to be compared with. */
  plain: () => send('/pa/v3/status', {}),
  /** A signed request, sent to the bank. */
  signed: (powerAuth) => inTurn(powerAuth, () => sendSigned(powerAuth)),

  /** Another token from the bank, which is forgotten again here. */
  tokens: async ({ tokenStore }) => {
    const name = `token ${++requests}`;
    const token = await tokenStore.requestAccessToken(name, possession);
    await tokenStore.removeLocalToken(name);
    return token;
  },
};

const endpoint = createServer((request, response) => {
  const [, what = '', customer = ''] = request.url?.split('/') ?? [];
  const route = Object.hasOwn(ROUTES, what) ? ROUTES[what] : undefined;
  const powerAuth = customers[Number(customer)];
  const answer = (status, value) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  if (request.method !== 'POST' || route === undefined || powerAuth === undefined) {
    answer(404, { error: 'there is no such customer or call' });
    return;
  }
  route(powerAuth).then(
    (value) => answer(200, value),
    (error) => answer(502, { error: String(error) }),
  );
});

serve({
  /** Configures, activates and gets a token for customers. Resolves to the activations, which the bank commits. */
  activate: async (configuration, codes, from) => {
    bank = configuration.baseEndpointUrl;
    await Promise.all(
      codes.map(async ({ activationCode }, i) => {
        const powerAuth = await configure(from + i, configuration);
        const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'gateway');
        await powerAuth.createActivation(activation);
        const password = randomBytes(16).toString('hex');
        await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password));
      }),
    );
  },
  requestTokens: (from, to) =>
    Promise.all(
      customers.slice(from, to).map(({ tokenStore }) => tokenStore.requestAccessToken(TOKEN, possession)),
    ).then((tokens) => tokens.length),
  /** Configures all of them anew, as after a restart. Resolves to how long that took, ms. */
  restart: async (configuration) => {
    await Promise.all(customers.map((powerAuth) => powerAuth.deconfigure()));
    const start = performance.now();
    for (const customer of customers.keys()) await configure(customer, configuration);
    return performance.now() - start;
  },
  listen: () =>
    new Promise((resolve) => {
      endpoint.listen(0, '127.0.0.1', () =>
        resolve(/** @type {import('node:net').AddressInfo} */ (endpoint.address()).port),
      );
    }),
  memory: () => process.memoryUsage.rss(),
  close: async () => {
    endpoint.closeAllConnections();
    endpoint.close();
    await Promise.all(customers.map((powerAuth) => powerAuth.deconfigure()));
    await storage.close();
    rmSync(path, { recursive: true, force: true });
  },
});
