import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { testWire } from '../../fleet/wire.ts';
import { testServer } from '../../../helpers/client.ts';
import { buildChild } from '../../../helpers/child.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { testRedis } from '../../../helpers/redis.ts';
import { temporaryFolder } from '../../../helpers/storage.ts';

describeWith('redis', 'a process with nothing else to do', () => {
  test('does not end while a call is waited for, and ends by itself when none is', async () => {
    const script = await buildChild(new URL('./held-child.ts', import.meta.url));
    const wire = await testWire((await testRedis()).port);
    wire.delay(15);
    const configuration = JSON.stringify((await testServer()).configuration);
    const { stdout } = await promisify(execFile)(process.execPath, [
      script,
      wire.url,
      await temporaryFolder(),
      configuration,
    ]);
    const { waits, left } = JSON.parse(stdout) as { waits: number; left: string[] };
    expect(waits).toBeGreaterThan(60);
    expect(left).toEqual([]);
  }, 60_000);
});
