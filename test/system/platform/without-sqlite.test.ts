/** A Node without SQLite, as Node 20 is: the default storage fails there, and nothing else. */
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { testServer } from '../../helpers/client.ts';
import { nodesWithoutSqlite } from '../../helpers/nodes.ts';
import { root, run } from '../package/support.ts';

/** Imports and requires all of the package, uses a storage, then the default, and tells how each went. */
const PROGRAM = `
  import { readFileSync } from 'node:fs';
  import { createRequire } from 'node:module';
  const require = createRequire(process.argv[1]);
  const { exports } = JSON.parse(readFileSync(require.resolve('powerauth-wasm/package.json'), 'utf8'));
  // The setup of sandboxes is for Jest alone.
  const paths = Object.keys(exports).filter((path) => !/\\.json$|jsdom/.test(path));
  const all = {};
  for (const path of paths) {
    const name = path.replace('.', 'powerauth-wasm');
    Object.assign(all, await import(name));
    // The files themselves, where Node would require the modules.
    require(require.resolve('powerauth-wasm/package.json').replace('package.json', exports[path].require));
  }
  const { PowerAuth, memoryStorage, redisStorage, localforageStorage, sqliteStorage, checkSqliteStorage } = all;
  const told = async (call) => {
    try {
      return await call();
    } catch ({ name, code, message }) {
      return { name, code, message };
    }
  };
  let instances = 0;
  const configure = (keychain) => told(async () => {
    const powerAuth = new PowerAuth('instance ' + ++instances);
    await powerAuth.configure(JSON.parse(process.argv[2]), { enableUnsecureTraffic: true }, undefined, keychain);
    const isValid = await powerAuth.hasValidActivation();
    await powerAuth.deconfigure();
    return isValid;
  });
  const redis = redisStorage({ url: 'redis://127.0.0.1:1' });
  await redis.close();
  console.log(JSON.stringify({
    memory: await configure({ storage: memoryStorage() }),
    localforage: localforageStorage().name,
    redis: redis.name,
    default: await configure(),
    again: await configure(),
    get: await told(() => sqliteStorage().get('key')),
    check: await told(() => checkSqliteStorage({ path: process.argv[3] })),
  }));`;

/** A folder in which the package is installed. */
let app: string;

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'powerauth-wasm-app-'));
  const installed = join(app, 'node_modules', 'powerauth-wasm');
  for (const name of ['package.json', 'dist']) {
    cpSync(join(root, name), join(installed, name), { recursive: true });
  }
  cpSync(join(root, 'node_modules', '@noble'), join(app, 'node_modules', '@noble'), { recursive: true });
  writeFileSync(join(app, 'program.mjs'), PROGRAM);
}, 120_000);

afterAll(() => rm(app, { recursive: true, force: true }));

describe.each(nodesWithoutSqlite())('$title', ({ file, args }) => {
  /** What the program tells, and what it leaves in the user's data folder. */
  async function outcome(): Promise<Record<string, unknown>> {
    const data = join(app, 'data');
    const { configuration } = await testServer();
    const output = await run(
      file,
      [...args, join(app, 'program.mjs'), JSON.stringify(configuration), data],
      app,
      { XDG_DATA_HOME: data },
    );
    return { ...(JSON.parse(output) as object), left: existsSync(data) ? readdirSync(data) : [] };
  }

  const failing = (remedy: RegExp) => ({
    name: 'PowerAuthError',
    code: 'UNKNOWN_ERROR',
    message: expect.stringMatching(remedy) as string,
  });

  test('without better-sqlite3, only the default storage fails, says what to install, and leaves nothing', async () => {
    const sqlite = failing(
      /^SQLite is not built into this runtime \(v\d.*: use Node 22\.13 or newer, or install the package better-sqlite3 \(npm install better-sqlite3@12\), or pass another storage to configure$/,
    );
    expect(await outcome()).toEqual({
      memory: false,
      localforage: 'localforage',
      redis: 'redis',
      default: sqlite,
      again: sqlite,
      get: sqlite,
      check: failing(/there is none; look at the path/),
      left: [],
    });
  });

  /** A package of that name, whose native part nobody made. */
  function installBetterSqlite3(version: string): void {
    const installed = join(app, 'node_modules', 'better-sqlite3');
    mkdirSync(installed);
    onTestFinished(() => rm(installed, { recursive: true }));
    writeFileSync(join(installed, 'package.json'), JSON.stringify({ version }));
    writeFileSync(
      join(installed, 'index.js'),
      `module.exports = function Database() { throw new Error('Could not locate the bindings file. Tried:\\n → /somewhere'); };`,
    );
  }

  test('with better-sqlite3 whose native part is missing, it says what to run', async () => {
    installBetterSqlite3('12.11.1');
    expect(await outcome()).toMatchObject({
      memory: false,
      default: failing(
        /run npm rebuild better-sqlite3, once its install script is allowed \(its native part can't be loaded: Could not locate the bindings file\. Tried:\), or pass another storage/,
      ),
      left: [],
    });
  });

  // Where SQLite is only hidden, the version that needs a newer Node has one.
  if (args.length > 0) return;
  test('with better-sqlite3 for newer Nodes, it says which version to install', async () => {
    installBetterSqlite3('13.2.0');
    expect(await outcome()).toMatchObject({
      memory: false,
      default: failing(/install better-sqlite3@12, because better-sqlite3 13\.2\.0 is for a newer Node/),
    });
  });
});
