// Two machines that share nothing but a store: one activation, the same tokens. One of them is cut off from the store
// and comes back. `npm run demo:fleet -- redis`, `redis-cluster` or `postgres`; it starts the servers itself.
//
// The machines are network namespaces where these are permitted (Linux, as root or where users may make them), and
// processes of this machine otherwise.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import color from 'picocolors';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { insideNetwork, isInside, Network } from '../../test/helpers/network.mjs';
import { Relay } from '../../test/helpers/relay.mjs';
import { DRIVERS, wayOf } from './servers.mjs';

const TOKEN = 'MyToken';
const OTHER = 'OtherToken';
const SIGNED = 10;
const MEASURE_MS = Number(process.env.MEASURE_MS ?? 500);

const [driver = 'redis', ...flags] = process.argv.slice(2);
if (!Object.hasOwn(DRIVERS, driver)) {
  console.error(`Expected one of ${Object.keys(DRIVERS).join(', ')}, got "${driver}"`);
  process.exit(2);
}
if (!isInside()) {
  const program = fileURLToPath(import.meta.url);
  const options = flags.includes('--without-namespaces') ? { isPermitted: false } : {};
  process.exit(await insideNetwork([program, driver], options));
}

let steps = 0;
const rows = [];

async function step(title, work) {
  const started = performance.now();
  const outcome = await work();
  const ms = Math.round(performance.now() - started);
  console.log(`${color.green('✓')} ${String(++steps).padStart(2)}  ${title} ${color.dim(`(${ms} ms)`)}`);
  if (outcome !== undefined) console.log(color.dim(`       ${outcome}`));
}

/** Notes down what the machines saw, and checks it. */
function saw(what, seen, expected) {
  rows.push([what, ...seen.map(String)]);
  for (const [machine, value] of seen.entries()) {
    if (value !== expected[machine]) throw new Error(`${what}: expected ${expected[machine]}, got ${value}`);
  }
}

/** The next message of a machine; rejects when the machine fails, or ends. */
async function next(machine) {
  const over = new AbortController();
  const [message] = await Promise.race([
    once(machine, 'message', over),
    once(machine, 'exit', over).then(([code]) => [{ error: { message: `a machine ended with ${code}` } }]),
  ]).finally(() => over.abort());
  if (message.error !== undefined) throw Object.assign(new Error(message.error.message), message.error);
  return message.value;
}

const endings = [];
let code = 0;
try {
  const network = new Network();
  const where = network.hasMachines
    ? 'each machine in its own network namespace'
    : 'all on this machine, because network namespaces are not permitted';
  console.log(color.bold('\nTwo machines that share nothing but a store'));
  console.log(color.dim(`${where}\n`));

  let store;
  await step('start the servers', async () => {
    store = await DRIVERS[driver](network);
    endings.push(store.close);
    return store.title;
  });

  const bank = await startPowerAuthTestServer();
  endings.push(() => bank.close());
  const address = network.address('bank');
  const way = await Relay.start(
    { host: '127.0.0.1', port: Number(new URL(bank.baseUrl).port) },
    address.address,
  );
  endings.push(() => way.close());
  const configuration = {
    ...bank.configuration,
    baseEndpointUrl: `http://${address.address}:${way.port}`,
  };
  // A secret manager would pass it to all machines; the store never sees it.
  const sealingKey = randomBytes(32).toString('hex');

  const ways = [];
  const processes = [];
  const tell = (machine, call, ...args) => {
    processes[machine].send({ call, args });
    return next(processes[machine]);
  };
  const both = (call, ...args) => Promise.all([0, 1].map((machine) => tell(machine, call, ...args)));
  const codeOf = (promise) => promise.then(String, (error) => error.code);

  await step('configure both machines', async () => {
    for (const name of ['machine 1', 'machine 2']) {
      const machine = await network.machine(name);
      const toStore = await wayOf(network, machine, store);
      ways.push(toStore);
      endings.push(toStore.close);
      const [execPath, ...execArgv] = [...machine.alone, process.execPath];
      const child = fork(new URL('./machine.mjs', import.meta.url), {
        execPath,
        execArgv,
        env: {
          ...process.env,
          DRIVER: driver,
          STORAGE: JSON.stringify(toStore.options),
          SEALING_KEY: sealingKey,
          CONFIGURATION: JSON.stringify(configuration),
        },
      });
      processes.push(child);
      endings.push(() => child.kill('SIGKILL'));
    }
    await Promise.all(processes.map(next));
  });

  const { activationId, activationCode } = bank.createActivation({ userId: 'fleet' });
  await step('machine 1 activates', async () => {
    await tell(0, 'activate', activationCode);
    bank.commitActivation(activationId);
    return `activation ${activationId}`;
  });

  await step(`both request the token "${TOKEN}" at once`, async () => {
    const ids = await both('requestAccessToken', TOKEN);
    const same = new Set(ids).size === 1 && bank.tokens.length === 1 ? 'the same' : 'another';
    saw('token when both ask at once', [same, same], ['the same', 'the same']);
    await both('requestAccessToken', OTHER);
    return `token ${ids[0]}, the only one on the server`;
  });

  await step('headers of both open the protected endpoint', async () => {
    saw('status with a token header', await both('useToken', TOKEN), [200, 200]);
    await both('useToken', OTHER);
  });

  await step(`both send ${SIGNED} signed requests at once`, async () => {
    saw('signed requests accepted', await both('sendSigned', SIGNED), [SIGNED, SIGNED]);
    await both('useToken', TOKEN);
  });

  let mend;
  await step('machine 2 is cut off from the store', async () => {
    mend = ways[1].cut();
    const tokens = await both('useToken', TOKEN);
    saw('while machine 2 is cut off: status with a token header', tokens, [200, 200]);
    const signed = await Promise.all([0, 1].map((machine) => codeOf(tell(machine, 'sendSigned', 1))));
    saw('a signed request', signed, ['1', 'UNKNOWN_ERROR']);
    await tell(0, 'removeAccessToken', OTHER);
    return `machine 2 still makes headers; machine 1 goes on, and removes the token "${OTHER}"`;
  });

  await step('machine 2 comes back', async () => {
    mend();
    saw('afterwards: the removed token', await both('useUntilRemoved', OTHER), [
      'LOCAL_TOKEN_NOT_AVAILABLE',
      'LOCAL_TOKEN_NOT_AVAILABLE',
    ]);
    saw('status with the other token’s header', await both('useToken', TOKEN), [200, 200]);
    for (;;) {
      // The connection may take a moment.
      if ((await codeOf(tell(1, 'sendSigned', 1))) === '1') break;
    }
    saw('signed requests accepted, at once', await both('sendSigned', SIGNED), [SIGNED, SIGNED]);
  });

  const rates = await both('measure', TOKEN, MEASURE_MS);
  rows.push(['headers in a second, both at once', ...rates.map((rate) => rate.toLocaleString('en'))]);

  const refused = bank.requests.filter(
    ({ headers, status }) => 'x-powerauth-authorization' in headers && status !== 200,
  ).length;
  if (refused > 0) throw new Error(`the server refused ${refused} signed requests`);

  const table = [['what each saw', 'machine 1', 'machine 2'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column].length)));
  console.log();
  for (const [index, row] of table.entries()) {
    const line = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column] + 3),
    );
    console.log(index === 0 ? color.bold(line.join('')) : line.join(''));
  }
  console.log(`\nThe server accepted every signed request, and no counter value came twice.\n`);
} catch (error) {
  console.error(`\n${color.red('✗')} ${error.message}`);
  code = 1;
} finally {
  for (const end of endings.reverse()) await end();
}
process.exit(code);
