/**
 * The program powerauth-wasm in a runtime: from activation to removal, each command a process.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';

/**
 * Runs the program's main commands.
 *
 * @param {{ app: string, command: readonly string[], env?: NodeJS.ProcessEnv }} runtime
 * @throws if one of them fails, or the server doesn't accept what it made
 */
export async function checkCommandLine({ app, command: [file, ...args], env = {} }) {
  const program = join(app, 'node_modules', 'powerauth-wasm', 'dist', 'cli.js');
  const folder = mkdtempSync(join(tmpdir(), 'powerauth-wasm-runtimes-'));
  const server = await startPowerAuthTestServer();
  const write = (/** @type {string} */ name, /** @type {string} */ content) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const config = write('config.json', JSON.stringify(server.configuration));
  const password = write('password', 'correct horse battery\n');
  const run = async (/** @type {string[]} */ argv, input = '') => {
    const child = spawn(file, [...args, program, ...argv, '--json'], {
      cwd: app,
      env: {
        ...process.env,
        ...env,
        XDG_DATA_HOME: folder,
        POWERAUTH_CONFIG: config,
        POWERAUTH_INSECURE_HTTP: '1',
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    child.stdin.end(input);
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`powerauth-wasm ${argv.join(' ')} ended with ${code}: ${output}`);
    return JSON.parse(output);
  };
  try {
    const { activationId, activationCode } = server.createActivation();
    await run(['activate', '--code-file', '-', '--password-file', password], activationCode);
    server.commitActivation(activationId);
    await run(['token', 'get', 'api']);
    const { header } = await run(['header', 'api']);
    if (server.verifyToken(header.value) === undefined) throw new Error('the server refuses the header');
    const path = '/api/protected/signature';
    await run(['request', 'POST', path, '--sign', path, '--data', '-', '--password-file', password], '{}');
    await run(['store', 'copy', `sqlite:${join(folder, 'copy')}`]);
    await run(['doctor', '--store', `sqlite:${join(folder, 'copy')}`]);
    await run(['remove', '--password-file', '-'], 'correct horse battery');
    if (server.activation(activationId)?.state !== 'REMOVED')
      throw new Error('the activation is still there');
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
