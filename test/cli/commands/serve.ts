/**
 * Servers that tests of `serve` start.
 *
 * @module
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { testClient } from '../../helpers/client.ts';
import { openInput } from '../../helpers/command-line.ts';
import { temporaryFolder } from '../../helpers/storage.ts';

interface Ready {
  readonly baseUrl: string;
  readonly adminUrl: string;
  readonly configuration: Parameters<typeof testClient>[0]['configuration'];
  readonly activations: readonly {
    readonly activationId: string;
    readonly activationCode: string;
    readonly userId: string;
  }[];
}

/** Starts it; it ends with the test. */
export async function serve(...argv: string[]): Promise<Ready & { readonly end: () => Promise<number> }> {
  const interruption = new AbortController();
  const stdout = new PassThrough();
  const [stdin, stderr, signal] = [openInput(), openInput(), interruption.signal];
  const ended = run(['serve', ...argv], { stdin, stdout, stderr, env: {}, signal });
  const end = (): Promise<number> => {
    interruption.abort();
    return ended;
  };
  onTestFinished(async () => {
    await end();
  });
  const [line] = (await Promise.race([once(stdout, 'data'), ended])) as [Buffer];
  // It ended at once, so there is no line.
  if (!Buffer.isBuffer(line)) throw new Error(String(stderr.read()));
  return { ...(JSON.parse(line.toString()) as Ready), end };
}

export const statusOf = async (url: string, init?: RequestInit): Promise<number> =>
  (await fetch(url, init)).status;

export async function file(name: string, content: string | Uint8Array, mode = 0o600): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content, { mode });
  return path;
}
