/**
 * Runs the suite in every runtime there is: Node 20 to the newest, Bun, Deno, workerd, Chromium, Firefox; in some with
 * less WebAssembly than usual. Looks at the default storage from two processes where it is SQLite. Prints a table; a row
 * that fails makes the exit code 1.
 *
 *     npm run test:runtimes
 *
 * @module
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import color from 'picocolors';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { launchBrowser } from '../../helpers/browsers.mjs';
import { hasSqlite } from '../../../tools/lib/current-node.mjs';
import { install } from '../../../tools/lib/install.mjs';
import { bundleForPage } from '../../helpers/pages.mjs';
import { findProgram } from '../../helpers/program-files.mjs';
import { main, npm, step } from '../../../tools/lib/run.mjs';
import { bundleStore, prepareApp } from './app.mjs';
import { checkCommandLine } from './command-line.mjs';
import { checkBundled, checkDefaultStorage } from './default-storage.mjs';
import { ARGUMENTS, binaries, findRuntimes, installed } from './binaries.mjs';
import { serveSuite } from './origin.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const BROWSERS = /** @type {const} */ (['chromium', 'firefox']);
const TIMEOUT = 120_000;
const ALL = ['wasm-simd', 'wasm-scalar', 'js'];
const SCALAR = process.arch === 'x64' ? ['wasm-scalar', 'js'] : ALL;
/** Bundles for browsers have the build with SIMD alone. */
const IN_BROWSERS = ['wasm-simd', 'js'];

/** Vectors of Project Wycheproof. */
const VECTORS = join(here, '../../vectors/wycheproof');

const execute = promisify(execFile);
const versionOf = async (file) =>
  /\d[\w.-]*/.exec((await execute(file, ['--version'])).stdout)?.[0] ?? 'unknown';

/**
 * What the script of a runtime says.
 *
 * @typedef {object} Report
 * @property {string} [version]
 * @property {string} [engine]
 * @property {string[]} engines
 * @property {{ title: string, error?: string }[]} checks
 * @property {string} [storage]
 *
 * @typedef {{ app: string, bundled?: string | false, command: string[], env?: NodeJS.ProcessEnv }} Runtime
 * @typedef {[title: string, file: string | undefined, engines: string[] | undefined, run: () => Promise<Report>]} Row
 */

/** What the conformance suite of `#crypto` says there. @param {Runtime} runtime */
async function cryptography({ app, command: [file, ...args], env = {} }) {
  const { stdout } = await execute(file, [...args, join(app, 'crypto.mjs'), VECTORS], {
    cwd: app,
    timeout: TIMEOUT,
    env: { ...process.env, ...env },
  });
  return JSON.parse(stdout);
}

/** A runtime that runs the script, with a data folder of its own. @param {Runtime} runtime @returns {Promise<Report>} */
async function script({ app, command: [file, ...args], env = {} }, origin, ...kind) {
  const data = mkdtempSync(join(tmpdir(), 'powerauth-wasm-runtimes-'));
  try {
    const { stdout } = await execute(file, [...args, join(app, 'process.mjs'), origin, ...kind], {
      cwd: app,
      timeout: TIMEOUT,
      env: { ...process.env, ...env, XDG_DATA_HOME: data },
    });
    return JSON.parse(stdout);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

const engines = (runtime, origin) => script(runtime, origin, 'memory');

/**
 * The same where SQLite is: the default storage is looked at from two processes, in Node in a bundle as well. The
 * program powerauth-wasm does its work there.
 *
 * @param {Runtime} runtime
 */
async function withStorage({ bundled, ...runtime }, origin) {
  const report = await script(runtime, origin);
  const storage = await checkDefaultStorage(runtime, origin);
  if (bundled) await checkBundled({ ...runtime, app: bundled, env: {} }, origin);
  await checkCommandLine(runtime);
  const checks = [...report.checks, ...(await cryptography(runtime))];
  return { ...report, checks, storage: bundled ? `${storage}; bundled, too` : storage };
}

/** The same where SQLite is not: the default storage, and nothing else, says what to install. */
async function withoutSqlite(runtime, origin) {
  const report = await script(runtime, origin);
  const refused = ({ title, error = '' }) =>
    title.endsWith('default storage') && /install the package better-sqlite3/.test(error);
  const checks = report.checks.filter((check) => !refused(check));
  if (checks.length === report.checks.length)
    throw new Error('the default storage does not say what to install');
  return { ...report, checks, storage: 'says that better-sqlite3 is missing' };
}

const WORKERD_CONFIG = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [
        (name = "worker", esModule = embed "worker.bundle.mjs"),
        (name = "wasm-simd.wasm", wasm = embed "wasm-simd.wasm"),
      ],
      compatibilityDate = "2026-01-01",
    )),
    # The suite's server is on this machine, which is no public network.
    (name = "internet", network = (allow = ["private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;

async function worker(app, origin, file) {
  const config = join(app, 'config.capnp');
  writeFileSync(config, WORKERD_CONFIG);
  const child = spawn(file, ['serve', config, '--control-fd=3'], {
    cwd: app,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = once(child, 'close');
  try {
    const input = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
    const [line] = await once(createInterface({ input }), 'line', {
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const { port } = JSON.parse(line);
    const answer = await fetch(`http://127.0.0.1:${port}/?origin=${encodeURIComponent(origin)}`, {
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return { ...(await answer.json()), storage: 'memory' };
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

/** A browser, with flags and headers; the version is its own word. */
async function page(name, args, headers) {
  const pages = {
    '/': '<script type="module" src="/main.js"></script>',
    '/main.js': await bundleForPage(join(here, 'page.ts')),
  };
  const served = await serveSuite(server, pages, headers);
  const browser = await launchBrowser(name, { args });
  try {
    const tab = await (await browser.newContext()).newPage();
    await tab.goto(`${served.origin}/`);
    const report = await tab.evaluate(() => globalThis.runSuite({ byDefault: true }));
    return { version: browser.version(), ...report, storage: 'IndexedDB' };
  } finally {
    await browser.close();
    await served.close();
  }
}

const server = await startPowerAuthTestServer();
const CSP = { 'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'" };

/**
 * The package better-sqlite3 for the oldest Node: prebuilt where that can be had, else compiled, which takes minutes; false
 * where neither can be.
 */
async function buildBetterSqlite3(node) {
  if (node === undefined) return false;
  const built = installed('better-sqlite3', 'build', 'Release', 'better_sqlite3.node');
  if (existsSync(built)) return true;
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) };
  const nodedir = join(dirname(node), '..');
  await step('Get better-sqlite3 for Node 20, prebuilt or compiled', () =>
    npm(['rebuild', 'better-sqlite3', `--nodedir=${nodedir}`], { cwd: binaries, env }),
  ).catch(() => undefined);
  return existsSync(built);
}

/**
 * The rows, once the runtimes are installed; `file` undefined: not on this machine.
 *
 * @returns {Promise<Row[]>}
 */
async function runtimes(app, bundled, origin) {
  const { bun, deno, workerd } = findRuntimes();
  const node = (name) => [installed(name, 'bin', 'node')].find(existsSync);
  /**
   * @param {string} title
   * @param {string[]} names of the engines
   * @param {(runtime: Runtime, origin: string) => Promise<Report>} run
   * @param {string | undefined} file
   * @param {{ args?: string[], env?: NodeJS.ProcessEnv }} [settings]
   * @returns {Row}
   */
  const row = (title, names, run, file, { args = [], env } = {}) => [
    title,
    file,
    names,
    () =>
      run({ app, bundled: title.startsWith('Node') && bundled, command: [file ?? '', ...args], env }, origin),
  ];
  const old = node('node-20');
  const hasPackage = await buildBetterSqlite3(old);
  // The bundle has it beside itself; NODE_PATH is for the app with packages, which also runs without it.
  if (hasPackage) {
    mkdirSync(join(bundled, 'node_modules'));
    symlinkSync(installed('better-sqlite3'), join(bundled, 'node_modules', 'better-sqlite3'));
  }
  const env = { NODE_PATH: installed() };
  return [
    row('Node, this one', ALL, hasSqlite() ? withStorage : withoutSqlite, process.execPath),
    row('Node', ALL, withoutSqlite, old),
    row('Node, better-sqlite3', ALL, withStorage, hasPackage ? old : undefined, { env }),
    ...['node-20', 'node-22', 'node-24', 'node-26'].flatMap((name) => [
      ...(name === 'node-20' ? [] : [row('Node', ALL, withStorage, node(name))]),
      row('Node, no SIMD', SCALAR, engines, node(name), { args: ['--no-enable-sse4-1'] }),
      row('Node, no WebAssembly', ['js'], engines, node(name), { args: ['--jitless'] }),
    ]),
    row('Bun', ALL, withStorage, bun, { args: ARGUMENTS.bun }),
    row('Deno', ALL, withStorage, deno, { args: ARGUMENTS.deno }),
    // It compiles no WebAssembly at run time, only what is deployed as a module.
    /** @type {Row} */ (['workerd', workerd, ['wasm-simd', 'js'], () => worker(app, origin, workerd)]),
    ...BROWSERS.flatMap((name) => {
      /** @type {(what: string, names: string[], args?: string[], headers?: Record<string, string>) => Row} */
      const row = (what, names, args, headers) => [what, file, names, () => page(name, args, headers)];
      const title = name === 'chromium' ? 'Chromium' : 'Firefox';
      const file = findProgram(name);
      return [
        row(title, IN_BROWSERS),
        row(`${title}, no wasm-unsafe-eval`, ['js'], [], CSP),
        ...(name === 'chromium'
          ? [
              row(`${title}, no SIMD`, process.arch === 'x64' ? ['js'] : IN_BROWSERS, [
                '--js-flags=--no-enable-sse4-1',
              ]),
              row(`${title}, no WebAssembly`, ['js'], ['--js-flags=--jitless']),
            ]
          : []),
      ];
    }),
  ];
}

/** What one row says. @param {Row} row */
async function result([title, file, engines, run]) {
  if (file === undefined)
    return { title, version: '', engine: '', failed: false, text: 'not on this machine' };
  let version = '';
  try {
    const report = await run();
    version = report.version ?? (await versionOf(file));
    const failed = report.checks.filter(({ error }) => error !== undefined);
    const surprising = engines !== undefined && engines.join() !== report.engines.join();
    const text = failed.map(({ title: check, error }) => `${check}: ${error}`).join('\n  ');
    return {
      title,
      version,
      engine: report.engine ?? '',
      storage: report.storage,
      failed: failed.length > 0 || surprising,
      text: surprising
        ? `engines ${report.engines.join()}, expected ${engines.join()}\n  ${text}`
        : text || `${report.checks.length} checks passed`,
    };
  } catch (error) {
    return { title, version, engine: '', failed: true, text: `${error.message}\n${error.stderr ?? ''}` };
  }
}

await main(async () => {
  try {
    // The binaries lie in packages of their own; their install scripts would only copy them.
    await install(binaries, 'Install the runtimes (about 1 GB)', ['--ignore-scripts']);
    const app = await prepareApp();
    const bundled = await bundleStore();
    const served = await serveSuite(server);
    let failures = 0;
    for (const runtime of await runtimes(app, bundled, served.origin)) {
      const { title, version, engine, storage, failed, text } = await result(runtime);
      if (failed) failures++;
      const mark = failed ? color.red('✗') : text.startsWith('not') ? '-' : color.green('✓');
      console.log(
        `${mark} ${title.padEnd(30)} ${version.padEnd(16)} ${engine.padEnd(12)} ${[text, storage].filter(Boolean).join('; ')}`,
      );
    }
    await served.close();
    console.log(failures === 0 ? '\nAll good.' : `\n${failures} failed.`);
    if (failures > 0) process.exitCode = 1;
  } finally {
    await server.close();
  }
});
