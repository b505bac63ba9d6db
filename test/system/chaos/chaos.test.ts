/** A few seconds of what `npm run test:chaos` does for minutes. */

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DEEP } from '../../helpers/deep.ts';
import { describeWith } from '../../helpers/programs.ts';
import type { ProgramName } from '../../helpers/program-files.mjs';
import { run } from '../package/support.ts';

const main = fileURLToPath(new URL('main.mjs', import.meta.url));
const SECONDS = '4';

const STORES: readonly (readonly [program: ProgramName, store: string, ...flags: string[]])[] = [
  ['postgres', 'postgres'],
  ['redis', 'redis'],
  ['redis', 'redis-cluster'],
  ['redis', 'redis-sentinel'],
  // As on a machine where namespaces are not permitted.
  ...(DEEP ? ([['redis', 'redis', '--without-namespaces']] as const) : []),
];

// They wait most of the time.
describe.concurrent('chaos', () => {
  for (const [program, ...args] of STORES) {
    describeWith(program, args.join(' '), () => {
      test('all that was confirmed is there, and no counter value was used twice', async () => {
        const output = await run(process.execPath, [main, ...args, SECONDS], undefined, { NO_COLOR: '1' });
        expect(output).toContain('\nheld\n');
        expect(output).toMatch(/✓ [1-9]\d* signed requests: no counter value was sent twice/);
        console.log(/seed \d+/.exec(output)?.[0], /^faults .*/m.exec(output)?.[0]);
      }, 120_000);
    });
  }
});

test('an unknown store is said', async () => {
  await expect(run(process.execPath, [main, 'nonsense'])).rejects.toThrow(
    /Expected one of postgres, redis, .*"nonsense"/,
  );
});
