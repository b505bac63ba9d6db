import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { root, runNode } from './support.ts';

/** The set-up's parts work on the folder they lie in, so that a copy of them works on a project made up here. */
let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'powerauth-wasm-setup-'));
  await cp(join(root, 'tools/lib'), join(project, 'tools/lib'), { recursive: true });
  for (const file of ['tools/programs.mjs', 'test/helpers/program-files.mjs']) {
    await cp(join(root, file), join(project, file));
  }
  await put('package-lock.json', '{}');
});

afterEach(async () => {
  await rm(project, { recursive: true, force: true });
});

async function put(path: string, content: string): Promise<void> {
  await mkdir(join(project, path, '..'), { recursive: true });
  await writeFile(join(project, path), content);
}

/** What a script prints that has imported `names` from a file. */
const script = (file: string, names: string, program: string): Promise<string> =>
  runNode(
    ['--input-type=module', '--eval', `import { ${names} } from './${file}.mjs';\n${program}`],
    project,
  );

describe('whether an install is needed', () => {
  const entry = { version: '1.0.0', integrity: 'sha512-a' };
  const elsewhere = { ...entry, optional: true, os: [process.platform === 'win32' ? 'linux' : 'win32'] };
  const here = { ...entry, optional: true, os: [process.platform], cpu: [process.arch] };

  async function reason(locked: object, installed: object | string | undefined): Promise<string> {
    await put('package-lock.json', JSON.stringify({ packages: { '': {}, ...locked } }));
    const record = typeof installed === 'string' ? installed : JSON.stringify({ packages: installed });
    if (installed !== undefined) await put('node_modules/.package-lock.json', record);
    await put('node_modules/a/package.json', '{}');
    return (
      await script('tools/lib/install', 'reasonToInstall', `console.log(reasonToInstall('.'));`)
    ).trim();
  }

  test.each([
    ['all is there', { 'node_modules/a': entry }, { 'node_modules/a': entry }, 'undefined'],
    ['another platform needs more', { 'node_modules/x': elsewhere }, {}, 'undefined'],
    [
      'what another platform needs, needs more',
      { 'node_modules/x': { ...entry, optional: true } },
      {},
      'undefined',
    ],
    ['nothing is there', { 'node_modules/a': entry }, undefined, 'nothing is installed yet'],
    ['the record is cut off', { 'node_modules/a': entry }, '{"packages', 'the last install was interrupted'],
    [
      'a package is missing',
      { 'node_modules/a': entry, 'node_modules/b': entry },
      { 'node_modules/a': entry },
      'b 1.0.0 is missing',
    ],
    ['its folder is missing', { 'node_modules/b': entry }, { 'node_modules/b': entry }, 'b 1.0.0 is missing'],
    ['this platform needs more', { 'node_modules/@x/y': here }, {}, '@x/y 1.0.0 is missing'],
    [
      'the version differs',
      { 'node_modules/a': entry },
      { 'node_modules/a': { ...entry, version: '2.0.0' } },
      'a 1.0.0 is missing',
    ],
    [
      'the hash differs',
      { 'node_modules/a': entry },
      { 'node_modules/a': { ...entry, integrity: 'sha512-b' } },
      'a 1.0.0 is missing',
    ],
  ])('%s', async (_, locked, installed, expected) => {
    expect(await reason(locked, installed)).toBe(expected);
  });
});

describe('a Node with SQLite', () => {
  const name = `node-${process.platform}-${process.arch}`;
  const binary = `tools/node/node_modules/${name}/bin/node`;
  const packages = { [`node_modules/${name}`]: { version: '24.0.0' } };

  /** Asks for it on a Node whose SQLite is hidden, with an npm that installs `content` in place of Node. */
  async function current(content: string): Promise<string> {
    await put('tools/node/package-lock.json', JSON.stringify({ packages }));
    await put(
      'npm-cli.js',
      `const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
       const { dirname } = require('node:path');
       appendFileSync('${join(project, 'asked')}', process.cwd() + ' ' + process.argv.slice(2) + '\\n');
       const file = '${join(project, binary)}';
       mkdirSync(dirname(file), { recursive: true });
       writeFileSync(file, ${JSON.stringify(content)}, { mode: 0o755 });
       writeFileSync(dirname(dirname(file)) + '/package.json', '{}');
       writeFileSync(dirname(dirname(dirname(file))) + '/.package-lock.json', '${JSON.stringify({ packages })}');`,
    );
    const hide = new URL('../../helpers/hide-sqlite.mjs', import.meta.url).href;
    const program = `import { currentNode } from './tools/lib/current-node.mjs';
      import { main } from './tools/lib/run.mjs';
      await main(async () => console.log(await currentNode()));`;
    return runNode(['--import', hide, '--input-type=module', '--eval', program], project, {
      npm_execpath: join(project, 'npm-cli.js'),
    });
  }

  test('is this one where it has it', async () => {
    const path = await script('tools/lib/current-node', 'currentNode', 'console.log(await currentNode());');
    expect(path.trim()).toBe(process.execPath);
  });

  test.skipIf(process.platform === 'win32')('else is installed once, beside it, and said', async () => {
    const first = await current('#!/bin/sh\n');
    expect(first).toMatch(
      /^> Install Node 24 in tools\/node \(this is v[\d.]+, which has no SQLite and stays as it is\) with npm ci .*\n/,
    );
    expect(first.trimEnd().split('\n').at(-1)).toBe(join(project, binary));
    expect(await current('#!/bin/sh\n')).toBe(`${join(project, binary)}\n`);
    // In no other folder, and without the scripts of packages.
    expect((await readFile(join(project, 'asked'), 'utf8')).trim().split('\n')).toEqual([
      expect.stringMatching(/tools\/node\/? ci,--ignore-scripts,/),
    ]);
  });

  test.skipIf(process.platform === 'win32')(
    'that does not start is an error that says what to do',
    async () => {
      await expect(current('#!/bin/sh\nexit 1\n')).rejects.toThrow(
        /Failed: There is no Node to install beside this one for .*[^]*What to do: install Node 22\.13 or newer/,
      );
    },
  );
});

describe.skipIf(process.platform === 'win32')('finding a program', () => {
  const find = (environment: Record<string, string>) =>
    script(
      'test/helpers/program-files',
      'findProgram, PROGRAMS',
      `import { main } from './tools/lib/run.mjs';
       Object.assign(process.env, { REDIS_SERVER_PATH: '' }, ${JSON.stringify(environment)});
       PROGRAMS.redis.places = ['${join(project, 'usual/redis-server')}'];
       await main(async () => console.log(findProgram('redis')));`,
    ).then((output) => output.trim());

  async function program(path: string): Promise<string> {
    await put(path, '#!/bin/sh\n');
    await chmod(join(project, path), 0o755);
    return join(project, path);
  }

  test('goes by its variable, then the PATH, then the usual places', async () => {
    const path = `${join(project, 'empty')}:${join(project, 'bin')}`;
    expect(await find({ PATH: path })).toBe('undefined');
    const usual = await program('usual/redis-server');
    expect(await find({ PATH: path })).toBe(usual);
    await put('empty/redis-server', 'no program');
    const onPath = await program('bin/redis-server');
    expect(await find({ PATH: path })).toBe(onPath);
    const chosen = await program('chosen');
    expect(await find({ PATH: path, REDIS_SERVER_PATH: chosen })).toBe(chosen);
  });

  test('a variable that names no program is an error that says so', async () => {
    const wrong = join(project, 'absent');
    await expect(find({ REDIS_SERVER_PATH: wrong })).rejects.toThrow(
      /Failed: REDIS_SERVER_PATH is .*absent[^]*What to do: correct REDIS_SERVER_PATH/,
    );
  });
});

describe.skipIf(process.platform === 'win32')('missing programs', () => {
  /** Runs tools/programs.mjs where none is installed, with an apt-get that notes what it is asked for. */
  async function programs(
    args: readonly string[],
    environment: Record<string, string> = {},
  ): Promise<string> {
    const bin = join(project, 'bin');
    await put('bin/apt-get', `#!/bin/sh\necho "$@" >> '${join(project, 'asked')}'\n`);
    await chmod(join(bin, 'apt-get'), 0o755);
    const absent = `import { PROGRAMS } from './test/helpers/program-files.mjs';
      for (const program of Object.values(PROGRAMS)) program.places = [];
      process.getuid = () => ${environment['UID'] ?? '0'};`;
    await put('absent.mjs', absent);
    const none = { CHROMIUM_PATH: '', FIREFOX_PATH: '', REDIS_SERVER_PATH: '' };
    return runNode(['--import', './absent.mjs', 'tools/programs.mjs', ...args], project, {
      ...{
        ...none,
        GNOME_KEYRING_PATH: '',
        STRACE_PATH: '',
        TMUX_PATH: '',
        POSTGRES_PATH: '',
        PGBOUNCER_PATH: '',
        CI: '',
        PATH: bin,
      },
      ...environment,
    });
  }
  const asked = (): Promise<string> => readFile(join(project, 'asked'), 'utf8').catch(() => '');

  test('are named with the command that installs them, and not installed', async () => {
    const output = await programs([]);
    expect(output).toMatch(/Not on this machine: Chromium, Firefox, Redis, GNOME Keyring, .*strace, tmux\./);
    expect(output).toContain('npm run setup:programs');
    expect(await asked()).toBe('');
  });

  test('are a failure in CI', async () => {
    await expect(programs([], { CI: 'true' })).rejects.toThrow(/Failed: Not on this machine: Chromium/);
    expect(await asked()).toBe('');
  });

  test('are installed by that command', async () => {
    // They are still not there: this apt-get installs nothing.
    await expect(programs(['--install'])).rejects.toThrow(/Failed: Not on this machine/);
    expect(await asked()).toMatch(
      /^update .*\ninstall -y --no-install-recommends chromium firefox-esr redis-tools gnome-keyring .*strace tmux /,
    );
  });

  test('are not installed by another user than root', async () => {
    await expect(programs(['--install'], { UID: '1000' })).rejects.toThrow(/Failed: Only root can install/);
    expect(await asked()).toBe('');
  });

  test('are what the commands of package.json and CI call', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts['setup:programs']).toBe('node tools/programs.mjs --install');
    expect(scripts['test']).toMatch(/node tools\/programs\.mjs &&/);
    const ci = await readFile(join(root, '.ci/run'), 'utf8');
    expect(ci).toMatch(/^npm run setup:programs\nCI=true npm test$/m);
  });
});
