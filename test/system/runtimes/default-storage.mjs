/**
 * Sees the default storage in a runtime: the contract of storages, and two processes of it on one folder.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What docs/storage.md promises, in ms. */
const NOTICE = 1000;
const KILLED_HOLDER = 10_000;
const TIMEOUT = 60_000;
/** How long nobody may get a lock that is held; long enough for whoever would. */
const HELD = 300;

/** A process that runs store.mjs. */
class StoreProcess {
  #child;
  #lines;
  #complaints = '';
  #closed;

  constructor({ command: [file, ...args], app, env }, ...roleAndOrigin) {
    this.#child = spawn(file, [...args, join(app, 'store.mjs'), ...roleAndOrigin], {
      cwd: app,
      env: { ...process.env, ...env },
      timeout: TIMEOUT,
    });
    this.#closed = once(this.#child, 'close');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.#complaints += text));
  }

  /** What it tells next. */
  async told() {
    const { value, done } = await this.#lines.next();
    if (!done) return JSON.parse(value);
    await this.#closed;
    throw new Error(`it ended\n${this.#complaints}`);
  }

  say(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  async kill() {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  /** Waits for its own end, which must be one without complaints. */
  async ended() {
    this.#child.stdin.end();
    const [code] = await this.#closed;
    if (code !== 0 || this.#complaints !== '')
      throw new Error(`it ended with ${code} and said: ${this.#complaints}`);
  }
}

function expect(title, seen, expected) {
  const [a, b] = [seen, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${title}: expected ${b}, got ${a}`);
}

function expectWithin(title, time, limit) {
  if (time > limit) throw new Error(`${title}: took ${Math.round(time)} ms, at most ${limit} are promised`);
  return `${title} ${Math.round(time)} ms`;
}

/** How many promises of the contract it keeps. */
async function contract(runtime) {
  const child = new StoreProcess(runtime, 'contract');
  const { passed, failed } = await child.told();
  await child.ended();
  expect('contract', failed, []);
  return passed;
}

async function twoProcesses(runtime, origin) {
  const first = new StoreProcess(runtime, 'first', origin);
  const second = new StoreProcess(runtime, 'second', origin);
  try {
    const { configuration, status } = await first.told();
    expect('header in the first process', status, 200);
    second.say(JSON.stringify(configuration));
    expect('the second process', await second.told(), { isActivated: true, status: 200 });
    first.say('write');
    const written = performance.now();
    expect('the first process', await first.told(), 'written');
    expect('the second process', await second.told(), 'noticed');
    const notice = expectWithin('notice', performance.now() - written, NOTICE);
    expect('the second process', await second.told(), 'asking');
    const next = second.told();
    const held = new Promise((resolve) => setTimeout(resolve, HELD, 'held'));
    expect('the lock of the first process', await Promise.race([next, held]), 'held');
    const killed = performance.now();
    await first.kill();
    expect('the second process', await next, 'locked');
    const lock = expectWithin("a killed holder's lock", performance.now() - killed, KILLED_HOLDER);
    expect('the end', await second.told(), { isCheckpointed: true, threads: 1, faults: [] });
    await second.ended();
    return [notice, lock];
  } finally {
    await Promise.all([first.kill(), second.kill()]);
  }
}

/** Lets them run with a data folder of their own. */
async function withData({ env, ...runtime }, check) {
  const data = mkdtempSync(join(tmpdir(), 'powerauth-wasm-runtimes-'));
  try {
    return await check({ ...runtime, env: { ...env, XDG_DATA_HOME: data } });
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/**
 * Checks it.
 *
 * @param runtime `command`, which takes a script and its arguments, the `app` that has the package, and variables for it
 * @param origin of the server of ./origin.mjs
 * @returns what was seen, in a few words
 * @throws Error that says what is different
 */
export function checkDefaultStorage(runtime, origin) {
  return withData(runtime, async (own) => {
    const passed = await contract(own);
    return [`SQLite: ${passed} of the contract`, ...(await twoProcesses(own, origin))].join(', ');
  });
}

/** Checks it in an `app` that is a bundle. */
export function checkBundled(runtime, origin) {
  return withData(runtime, (own) => twoProcesses(own, origin));
}
