/** What the package asks of the system: nothing when it is imported, a home folder for the default storage alone. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { testServer } from '../../helpers/client.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { root, run } from './support.ts';

const PROGRAM = `
  import { PowerAuth } from 'powerauth-wasm';
  import { memoryStorage } from 'powerauth-wasm/storage/memory';
  const [, , configuration] = process.argv;
  const configure = async (keychain) => {
    const powerAuth = new PowerAuth('import');
    try {
      await powerAuth.configure(JSON.parse(configuration), { enableUnsecureTraffic: true }, undefined, keychain);
      const isValid = await powerAuth.hasValidActivation();
      await powerAuth.deconfigure();
      return isValid;
    } catch ({ name, code, message }) {
      return { name, code, message };
    }
  };
  console.log(JSON.stringify([await configure({ storage: memoryStorage() }), await configure()]));`;

/** The program in one file that any user can read. */
async function programForAll(): Promise<string> {
  const folder = await temporaryFolder();
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: root },
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    tsconfigRaw: '{}',
  });
  const file = join(folder, 'program.mjs');
  await writeFile(file, outputFiles[0]?.contents ?? '');
  await chmod(file, 0o644);
  await chmod(folder, 0o755);
  return file;
}

const HOMELESS = [
  false,
  {
    name: 'PowerAuthError',
    code: 'WRONG_PARAMETER',
    message: expect.stringMatching(
      /has no home folder.*pass keychainConfiguration\.storage .*or set HOME/,
    ) as unknown,
  },
];

// Only root can become somebody who does not exist.
test.skipIf(process.getuid?.() !== 0)(
  'a user who is in no list, without HOME, lacks the default storage alone',
  async () => {
    const program = await programForAll();
    const { configuration } = await testServer();
    // setpriv and su would want to know the user.
    const become = `process.setgroups([]); process.setgid(47_113); process.setuid(47_113);
    process.argv.splice(1, 0, 'become'); await import(${JSON.stringify(pathToFileURL(program).href)});`;
    const args = ['--input-type=module', '--eval', become, JSON.stringify(configuration)];
    const { PATH } = process.env;
    const output = await run('env', ['-i', `PATH=${PATH ?? ''}`, process.execPath, ...args]);
    expect(JSON.parse(output)).toEqual(HOMELESS);
  },
);

test('nothing is asked when it is imported, and no home when a storage is given', async () => {
  const program = await programForAll();
  const { configuration } = await testServer();
  const forbid = `import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module';
    for (const name of ['homedir', 'userInfo', 'hostname', 'tmpdir'])
      os[name] = () => { throw Object.assign(new Error(name + ' was asked'), { code: 'ENOENT' }); };
    syncBuiltinESMExports();`;
  const args = [
    '--import',
    `data:text/javascript,${encodeURIComponent(forbid)}`,
    program,
    JSON.stringify(configuration),
  ];
  const output = await run('env', ['-u', 'XDG_DATA_HOME', process.execPath, ...args]);
  expect(JSON.parse(output)).toEqual(HOMELESS);
});
