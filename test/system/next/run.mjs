/**
 * Builds an app of Next as `standalone`, by each of Next's bundlers, moves it into an empty folder and runs it in
 * production: a route handler and a server component use the default storage without any setting, go on after a restart
 * with what they have, and nothing warns.
 *
 *     npm run test:next
 *
 * It runs on the Node that this was started with, and on those that `npm run test:runtimes` has installed.
 *
 * @module
 */
import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import color from 'picocolors';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { freePort } from '../../helpers/free-port.mjs';
import { main, npm, root, step, StepError } from '../../../tools/lib/run.mjs';
import { environmentOf } from '../package/bundled/run.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const BUNDLERS = ['turbopack', 'webpack'];
const PATIENCE = 60_000;
const EXPECTED = { status: 200, threads: 1, isCheckpointed: true, faults: [] };
/** What only a server may get. */
const FOR_SERVERS = /node:sqlite|better-sqlite3|powerauth\.db|getBuiltinModule/;

const execute = promisify(execFile);
const temporary = mkdtempSync(join(tmpdir(), 'powerauth-wasm-next-'));
const folderOf = (name) => mkdtempSync(join(temporary, `${name}-`));

function expect(title, seen, expected) {
  const [a, b] = [seen, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new StepError(`${title}: expected ${b}, got ${a}`);
}

/** The app, with Next and the packed package among its node_modules. */
async function installApp() {
  const app = folderOf('app');
  cpSync(join(here, 'app'), app, { recursive: true });
  cpSync(join(root, 'test/system/package/bundled/job.mjs'), join(app, 'job.mjs'));
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund'];
  await npm(['ci', ...quietly], { cwd: app });
  await npm(['pack', '--ignore-scripts', '--pack-destination', app]);
  const archive = readdirSync(app).find((file) => file.endsWith('.tgz'));
  await npm(['install', '--no-save', ...quietly, `./${archive}`], { cwd: app });
  return app;
}

/** Builds it, and answers a folder with what a server needs and nothing else. */
async function build(app, bundler) {
  rmSync(join(app, '.next'), { recursive: true, force: true });
  const next = join(app, 'node_modules/next/dist/bin/next');
  const { stdout, stderr } = await execute(process.execPath, [next, 'build', `--${bundler}`], {
    cwd: app,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  }).catch((error) => {
    throw new StepError(`Next could not build it by ${bundler}`, { output: error.stdout + error.stderr });
  });
  const said = (stdout + stderr).split('\n').filter((line) => /⚠|warn|critical dep|not found/i.test(line));
  expect('warnings of the build', said, []);
  const scripts = readdirSync(join(app, '.next/static'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.js'),
  );
  const foreign = scripts.filter((file) =>
    FOR_SERVERS.test(readFileSync(join(app, '.next/static', file), 'utf8')),
  );
  expect('scripts for browsers with parts for servers', foreign, []);
  const moved = join(folderOf(bundler), 'app');
  renameSync(join(app, '.next/standalone'), moved);
  return moved;
}

/** Starts the app, asks for each path, and ends the app. */
async function answers(node, app, env, paths) {
  const PORT = String(await freePort());
  const child = spawn(node, ['server.js'], {
    cwd: app,
    env: { ...env, PORT, HOSTNAME: '127.0.0.1', NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  try {
    let said = '';
    for await (const text of child.stdout.setEncoding('utf8')) if ((said += text).includes('Ready')) break;
    const bodies = [];
    for (const path of paths) {
      const answer = await fetch(`http://127.0.0.1:${PORT}${path}`, {
        signal: AbortSignal.timeout(PATIENCE),
      });
      bodies.push(await answer.text());
    }
    return bodies;
  } finally {
    child.kill();
    await ended;
    expect('complaints of the server', complaints, '');
  }
}

/** The text of the page's `pre`. */
const shownIn = (page) => /<pre>(.*?)<\/pre>/.exec(page)?.[1].replaceAll('&quot;', '"') ?? page;

async function runTwice(node, app) {
  const server = await startPowerAuthTestServer();
  try {
    const env = environmentOf(server, folderOf('home'), ['route', 'page']);
    for (const run of ['first', 'second']) {
      const [route, page, client] = await answers(node, app, env, ['/api/header', '/', '/client']);
      expect(`route handler, ${run} run`, route, JSON.stringify(EXPECTED));
      expect(`server component, ${run} run`, shownIn(page), JSON.stringify(EXPECTED));
      expect(`page for browsers, ${run} run`, shownIn(client), 'waiting');
    }
    for (const path of ['/pa/v3/activation/create', '/pa/v3/token/create']) {
      const count = server.requests.filter((request) => request.path === path).length;
      expect(`requests to ${path}`, count, 2);
    }
  } finally {
    await server.close();
  }
}

/** Those that have SQLite, by their versions. */
async function nodes() {
  const others = ['node-22', 'node-24', 'node-26']
    .map((name) => join(root, 'test/system/runtimes/binaries/node_modules', name, 'bin/node'))
    .filter(existsSync);
  const found = new Map([[process.version, process.execPath]]);
  for (const file of others) {
    const version = (await execute(file, ['--version'])).stdout.trim();
    if (!found.has(version)) found.set(version, file);
  }
  return found;
}

await main(async () => {
  try {
    const app = await step('Install Next (about 340 MB) and the package', installApp);
    for (const bundler of BUNDLERS) {
      const moved = await step(`Build the app by ${bundler}`, () => build(app, bundler));
      for (const [version, node] of await nodes()) {
        await runTwice(node, moved);
        console.log(`${color.green('✓')} Next standalone by ${bundler}, run by Node ${version}`);
      }
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
});
