/** The program as npm installs it: in a project, for `npx`, and for all folders. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { mkdtemp } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { npm } from '../package/support.ts';
import { root, setStage } from './stage.ts';

let folder: string;
let tarball: string;
const quietly = ['--prefer-offline', '--no-audit', '--no-fund'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'powerauth-wasm-cli-'));
  await npm(['pack', '--ignore-scripts', '--pack-destination', folder]);
  tarball = join(folder, (await readdir(folder))[0] ?? '');
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const version = async (): Promise<string> =>
  (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version;

test('npx runs it in a project that has the package', async () => {
  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{"private":true}');
  await npm(['install', ...quietly, tarball], project);
  const { shell, home } = await setStage();
  const ran = await shell(`cd '${project}' && HOME='${home}' npx --no-install powerauth-wasm doctor --json`);
  expect(ran.stderr).toBe('');
  expect(JSON.parse(ran.stdout)).toMatchObject({
    ok: true,
    findings: [{ level: 'ok', subject: 'runtime' }, {}, {}, {}, {}, {}, {}, {}, {}],
  });
}, 120_000);

test('a global installation puts it on the PATH, with the drivers that lie beside it', async () => {
  const prefix = join(folder, 'prefix');
  await npm(['install', '--global', '--prefix', prefix, ...quietly, tarball]);
  const { shell } = await setStage();
  const PATH = [join(prefix, 'bin'), prefix].join(delimiter);
  expect(await shell(`PATH='${PATH}':$PATH powerauth-wasm --version`)).toEqual({
    code: 0,
    stdout: `${await version()}\n`,
    stderr: '',
  });
  // A driver that is missing is named.
  const missing = await shell(
    `(umask 077; head -c 32 /dev/urandom > key); PATH='${PATH}':$PATH powerauth-wasm store ls --store redis://127.0.0.1:1 --sealing-key file:key`,
  );
  expect([missing.code, missing.stderr]).toEqual([7, expect.stringMatching(/install the package redis/)]);
}, 120_000);
