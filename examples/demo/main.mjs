// The main steps, one by one, against the embedded PowerAuth server. Run it with `npm run demo`.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import color from 'picocolors';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  PowerAuthKeychainConfiguration,
} from 'powerauth-wasm';
import { sqliteStorage } from 'powerauth-wasm/storage/sqlite';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';

const TOKEN = 'MyToken';
let steps = 0;

/** Runs one step and prints what it did; a step that throws ends the demo with exit code 1. */
async function step(title, work) {
  const started = performance.now();
  const outcome = await work();
  const ms = Math.round(performance.now() - started);
  console.log(`${color.green('✓')} ${String(++steps).padStart(2)}  ${title} ${color.dim(`(${ms} ms)`)}`);
  if (outcome !== undefined) console.log(color.dim(`       ${outcome}`));
}

function expect(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}, got ${actual}`);
}

async function protectedEndpoint(server, { key, value }) {
  const response = await fetch(`${server.baseUrl}/api/possession/token`, { headers: { [key]: value } });
  await response.arrayBuffer();
  return response.status;
}

function shorten(text) {
  return text.length > 96 ? `${text.slice(0, 93)}...` : text;
}

/** Headers per second of one API, over a quarter of a second. */
async function headersPerSecond(make) {
  const budget = 250;
  let count = 0;
  const started = performance.now();
  let elapsed;
  do {
    count += await make();
    elapsed = performance.now() - started;
  } while (elapsed < budget);
  return Math.round((count / elapsed) * 1000);
}

/** The rate of each API for headers. */
async function measure() {
  const { tokenStore } = powerAuth;
  const generator = await tokenStore.headerGenerator(TOKEN);
  const rates = {
    'await generateHeaderForToken(name)': await headersPerSecond(async () => {
      for (let i = 0; i < 500; i++) await tokenStore.generateHeaderForToken(TOKEN);
      return 500;
    }),
    'headerGenerator.next()': await headersPerSecond(() => {
      for (let i = 0; i < 5000; i++) generator.next();
      return 5000;
    }),
    'headerGenerator.nextBatch(64)': await headersPerSecond(() => {
      for (let i = 0; i < 100; i++) generator.nextBatch(64);
      return 6400;
    }),
  };
  generator.release();
  return rates;
}

const folder = await mkdtemp(join(tmpdir(), 'powerauth-demo-'));
const server = await startPowerAuthTestServer();
const powerAuth = new PowerAuth('demo');

try {
  console.log(
    color.bold(`\nPowerAuth in JavaScript, against an embedded PowerAuth server at ${server.baseUrl}\n`),
  );

  await step('configure', async () => {
    await powerAuth.configure(
      server.configuration,
      { enableUnsecureTraffic: true },
      undefined,
      new PowerAuthKeychainConfiguration({ storage: sqliteStorage({ path: folder }) }),
    );
    return `engine ${powerAuth.engine}, records sealed in an SQLite store`;
  });

  const { activationId, activationCode } = server.createActivation({ userId: 'demo-user' });
  await step('create an activation with a code', async () => {
    const { activationFingerprint } = await powerAuth.createActivation(
      PowerAuthActivation.createWithActivationCode(activationCode, 'Demo'),
    );
    return `code ${activationCode.split('#')[0]}, fingerprint ${activationFingerprint}`;
  });

  await step('commit it with a password', async () => {
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('demo password'));
    if (server.activation(activationId)?.state === 'PENDING_COMMIT') server.commitActivation(activationId);
    const { state } = await powerAuth.fetchActivationStatus();
    expect(state, 'ACTIVE', 'state of the activation');
    return `activation ${activationId} is ${state}`;
  });

  await step(`requestAccessToken("${TOKEN}")`, async () => {
    const token = await powerAuth.tokenStore.requestAccessToken(TOKEN, PowerAuthAuthentication.possession());
    return `token ${token.tokenIdentifier}`;
  });

  const header = await powerAuth.tokenStore.generateHeaderForToken(TOKEN);
  await step('a header opens the protected endpoint', async () => {
    expect(await protectedEndpoint(server, header), 200, 'status of the protected endpoint');
    return `${header.key}: ${shorten(header.value)}`;
  });

  await step('the same header a second time is refused', async () => {
    expect(await protectedEndpoint(server, header), 401, 'status of the protected endpoint');
  });

  await step('a second process goes on with the persisted token', async () => {
    const before = server.requests.length;
    const child = fork(new URL('./second-process.mjs', import.meta.url), { serialization: 'advanced' });
    child.send({ folder, configuration: server.configuration, tokenName: TOKEN });
    const [[message], [code]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
    expect(code, 0, 'exit code of the second process');
    expect(await protectedEndpoint(server, message), 200, "status for the second process's header");
    const paths = server.requests.slice(before).map((request) => request.path);
    expect(paths.includes('/pa/v3/token/create'), false, 'the second process asked for a new token');
    return `process ${child.pid} asked the server for the time only: ${paths[0]}`;
  });

  const old = await powerAuth.tokenStore.generateHeaderForToken(TOKEN);
  const rates = await measure();
  await step(`removeAccessToken("${TOKEN}")`, async () => {
    await powerAuth.tokenStore.removeAccessToken(TOKEN);
    expect(await powerAuth.tokenStore.hasLocalToken(TOKEN), false, 'hasLocalToken');
  });

  await step('an old header is refused, and no new one can be made', async () => {
    expect(await protectedEndpoint(server, old), 401, 'status of the protected endpoint');
    const code = await powerAuth.tokenStore.generateHeaderForToken(TOKEN).then(
      () => 'a header',
      (error) => error.code,
    );
    expect(code, PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE, 'generateHeaderForToken');
    return code;
  });

  console.log(color.bold(`\nHeaders per second on this machine, one thread, engine ${powerAuth.engine}`));
  for (const [api, rate] of Object.entries(rates)) {
    console.log(`  ${api.padEnd(36)} ${rate.toLocaleString('en').padStart(12)}`);
  }
  console.log();
} catch (error) {
  console.error(`\n${color.red('✗')} ${error.message}`);
  if (error.cause !== undefined) console.error(error.cause);
  process.exitCode = 1;
} finally {
  await powerAuth.deconfigure();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
