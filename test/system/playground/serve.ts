/**
 * `powerauth-wasm serve --playground`, as it is installed.
 *
 * @module
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { root } from '../package/support.ts';

/** Starts it until the test ends. @returns the address of the page, by a name, as passkeys need it */
export async function startPlayground(): Promise<string> {
  const program = join(root, 'dist', 'cli.js');
  const child = spawn(process.execPath, [program, 'serve', '--playground', '-q'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  for await (const line of createInterface(child.stdout)) {
    const { playgroundUrl } = JSON.parse(line) as { playgroundUrl: string };
    return playgroundUrl;
  }
  throw new Error('the server has ended');
}
