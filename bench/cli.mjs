/**
 * How long the program powerauth-wasm takes from its start to its end, or until its server is ready, beside a Node that does
 * nothing, and how large it is.
 *
 *     npm run bench:cli
 *
 * The server is another process on this machine. The rounds alternate. On a busy machine the shortest times say most.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { machine } from './lib/machine.mjs';
import { summary } from './lib/statistics.mjs';

const ROUNDS = 25;
const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const serverScript = fileURLToPath(new URL('../test/system/cli/server.mjs', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'powerauth-wasm-bench-cli-'));
const server = spawn(process.execPath, [serverScript], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: server.stdout });

/** @returns {Promise<any>} */
const answer = async () => JSON.parse((await once(lines, 'line'))[0]);

/** @param {string} method @param {unknown[]} args */
async function ask(method, ...args) {
  const answered = answer();
  server.stdin.write(`${JSON.stringify({ method, args })}\n`);
  return (await answered).answer;
}

/** @param {string} name @param {string} content */
function file(name, content) {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

/** @param {readonly string[]} argv @param {NodeJS.ProcessEnv} env */
function run(argv, env) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' });
  const wall = performance.now() - start;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  return wall;
}

/** Starts the test server, and waits for its line. @param {NodeJS.ProcessEnv} env */
async function ready(env) {
  const start = performance.now();
  const child = spawn(process.execPath, [program, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: child.stdout }), 'line');
  const wall = performance.now() - start;
  child.kill();
  await once(child, 'close');
  return wall;
}

try {
  const configuration = await answer();
  const env = {
    ...process.env,
    POWERAUTH_CONFIG: file('config.json', JSON.stringify(configuration)),
    POWERAUTH_STORE: `sqlite:${join(folder, 'store')}`,
    POWERAUTH_INSECURE_HTTP: '1',
  };
  const { activationId, activationCode } = await ask('createActivation');
  const secrets = [
    '--code-file',
    file('code', activationCode),
    '--password-file',
    file('password', 'correct horse'),
  ];
  run([program, 'activate', ...secrets], env);
  await ask('commitActivation', activationId);
  run([program, 'token', 'get', 'api'], env);

  /** @type {Record<string, string[]>} */
  const contestants = {
    'node, nothing': ['-e', '0'],
    'powerauth-wasm --version': [program, '--version'],
    'powerauth-wasm header api': [program, 'header', 'api'],
  };
  /** @type {Record<string, number[]>} */
  const times = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, argv] of Object.entries(contestants)) (times[name] ??= []).push(run(argv, env));
    (times['powerauth-wasm serve, until ready'] ??= []).push(await ready(env));
  }
  const { cpu, cores, system } = machine();
  console.log(
    `Node ${process.versions.node} on ${cpu}, ${cores} cores, ${system}; load ${loadavg()[0].toFixed(1)}`,
  );
  console.log('| from start to end, ms | median | quartiles | shortest |\n| --- | ---: | ---: | ---: |');
  for (const [name, samples] of Object.entries(times)) {
    const { median, lower, upper } = summary(samples);
    const shown = [median, lower, upper, Math.min(...samples)].map((value) => value.toFixed(0));
    console.log(`| ${name} | ${shown[0]} | ${shown[1]} to ${shown[2]} | ${shown[3]} |`);
  }
  const parts = readdirSync(join(program, '../cli')).map((name) => join(program, '../cli', name));
  const files = [program, ...parts.filter((name) => name.endsWith('.js'))];
  const size = files.reduce((sum, name) => sum + statSync(name).size, 0);
  const zipped = files.reduce((sum, name) => sum + gzipSync(readFileSync(name)).length, 0);
  console.log(
    `\ndist/cli.js and dist/cli/: ${(size / 1000).toFixed(0)} KB, ${(zipped / 1000).toFixed(0)} KB gzip`,
  );
} finally {
  server.stdin.end();
  await once(server, 'close');
  rmSync(folder, { recursive: true, force: true });
}
