// Two machines that share nothing but a Redis server: one activation, one token. Run it with `npm run demo:fleet`; it
// starts its own Redis server, or uses the one at REDIS_URL.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import color from 'picocolors';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { RedisServer } from '../../test/helpers/redis-server.mjs';

const TOKEN = 'MyToken';
const MEASURE_MS = Number(process.env.MEASURE_MS ?? 1000);
let steps = 0;

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

/** The next message of a machine; rejects when the machine fails, or ends. */
async function next(machine) {
  const ended = once(machine, 'exit').then(([code]) => ({ error: `a machine ended with ${code}` }));
  const [message] = await Promise.race([once(machine, 'message'), ended.then((error) => [error])]);
  if (message.error !== undefined) throw new Error(message.error);
  return message;
}

async function tell(machine, call, ...args) {
  machine.send({ call, args });
  return (await next(machine)).value;
}

async function protectedEndpoint(server, { key, value }) {
  const response = await fetch(`${server.baseUrl}/api/possession/token`, { headers: { [key]: value } });
  await response.arrayBuffer();
  return response.status;
}

const server = await startPowerAuthTestServer();
const ownRedis = process.env.REDIS_URL === undefined ? await RedisServer.start() : undefined;
const environment = {
  ...process.env,
  REDIS_URL: ownRedis?.url ?? process.env.REDIS_URL,
  // A secret manager would pass it to all machines; Redis never sees it.
  SEALING_KEY: randomBytes(32).toString('hex'),
  CONFIGURATION: JSON.stringify(server.configuration),
};
const machines = [1, 2].map(() => fork(new URL('./machine.mjs', import.meta.url), { env: environment }));
const [first, second] = machines;

try {
  console.log(color.bold('\nTwo processes that share nothing but a Redis server\n'));

  await step('configure both', async () => {
    const pids = await Promise.all(machines.map(async (machine) => (await next(machine)).value));
    return `processes ${pids.join(' and ')}`;
  });

  const { activationId, activationCode } = server.createActivation({ userId: 'fleet' });
  await step('the first one activates', async () => {
    await tell(first, 'activate', activationCode);
    server.commitActivation(activationId);
    return `activation ${activationId}`;
  });

  await step(`both call requestAccessToken("${TOKEN}") at once`, async () => {
    const [one, other] = await Promise.all(
      machines.map((machine) => tell(machine, 'requestAccessToken', TOKEN)),
    );
    expect(one, other, 'token of the other machine');
    expect(server.tokens.length, 1, 'tokens on the server');
    return `token ${one}, the only one on the server`;
  });

  await step('headers of both open the protected endpoint', async () => {
    for (const machine of machines) {
      expect(await protectedEndpoint(server, await tell(machine, 'header', TOKEN)), 200, 'status');
    }
  });

  const rates = await Promise.all(machines.map((machine) => tell(machine, 'measure', TOKEN, MEASURE_MS)));

  await step('the first one removes the token while the second one uses it', async () => {
    second.send({ call: 'useUntilRemoved', args: [TOKEN] });
    await next(second);
    const [removedAt, { value: seen }] = await Promise.all([
      tell(first, 'removeAccessToken', TOKEN),
      next(second),
    ]);
    expect(seen.code, 'LOCAL_TOKEN_NOT_AVAILABLE', 'code of the error');
    const ms = Math.max(0, seen.at - removedAt);
    if (ms > 1000) throw new Error(`the second machine saw the removal after ${ms} ms`);
    return `${seen.code} at most ${ms} ms after the call`;
  });

  console.log(color.bold('\nHeaders per second, both at once: the first, the second, together'));
  for (const api of Object.keys(rates[0])) {
    const numbers = [...rates.map((rate) => rate[api]), rates[0][api] + rates[1][api]];
    console.log(`  ${api.padEnd(36)}${numbers.map((n) => n.toLocaleString('en').padStart(13)).join('')}`);
  }
  console.log();
} catch (error) {
  console.error(`\n${color.red('✗')} ${error.message}`);
  process.exitCode = 1;
} finally {
  for (const machine of machines) machine.kill();
  await server.close();
  await ownRedis?.close();
}
