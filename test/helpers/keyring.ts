/**
 * A keychain of a test file's own: GNOME Keyring on a D-Bus of its own, with its data in a new folder.
 *
 * @module
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll } from 'vitest';
import { requireProgram } from './program-files.mjs';

/** The environment of a process that keeps data in `home` and finds the keychain of the bus at `address`. */
export function keyringEnvironment(
  home: string,
  address = `unix:path=${join(home, 'none')}`,
): NodeJS.ProcessEnv {
  return {
    DBUS_SESSION_BUS_ADDRESS: address,
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_RUNTIME_DIR: join(home, 'run'),
  };
}

/** Starts a bus and an unlocked keychain; the keychain ends with the bus. */
async function startKeyring(
  home: string,
): Promise<{ end: () => Promise<void>; environment: NodeJS.ProcessEnv }> {
  await mkdir(join(home, 'run'), { mode: 0o700 });
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    env: { ...process.env, ...keyringEnvironment(home) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(bus, 'exit');
  const [address] = (await once(createInterface(bus.stdout), 'line')) as [string];
  const environment = keyringEnvironment(home, address);
  // Ends when the keychain can be used, and leaves it in the background.
  const starter = spawn(requireProgram('keyring'), ['--unlock', '--components=secrets'], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  starter.stdin.end('password of the keychain');
  const [code] = (await once(starter, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the keychain did not start (${code ?? 'killed'})`);
  const end = async (): Promise<void> => {
    bus.kill('SIGKILL');
    await exited;
  };
  return { end, environment };
}

/**
 * A keychain for all tests of a file, in which this process and its children are; a process finds one bus only.
 *
 * @returns a function that answers the folder of its data
 */
export function useKeyring(): () => string {
  let home = '';
  let end = async (): Promise<void> => undefined;
  const before: NodeJS.ProcessEnv = {};
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'powerauth-wasm-'));
    const keyring = await startKeyring(home);
    end = keyring.end;
    for (const name of Object.keys(keyring.environment)) before[name] = process.env[name];
    Object.assign(process.env, keyring.environment);
  });
  afterAll(async () => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    await end();
    await rm(home, { recursive: true, force: true });
  });
  return () => home;
}
