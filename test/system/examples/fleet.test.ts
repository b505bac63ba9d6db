import { describe, expect, test } from 'vitest';
import type { ProgramName } from '../../helpers/program-files.mjs';
import { describeWith } from '../../helpers/programs.ts';
import { run, root } from '../package/support.ts';

const RUNS: readonly (readonly [program: ProgramName, driver: string, ...flags: string[]])[] = [
  ['redis', 'redis'],
  ['redis', 'redis-cluster'],
  ['redis', 'redis-cluster', '--without-namespaces'],
  ['postgres', 'postgres'],
];

// They wait most of the time.
describe.concurrent('examples/fleet', () => {
  for (const [program, ...args] of RUNS) {
    describeWith(program, args.join(' '), () => {
      test('two machines share one activation, and one of them is cut off and comes back', async () => {
        const output = await run(process.execPath, ['examples/fleet/main.mjs', ...args], root, {
          MEASURE_MS: '200',
        });
        expect(output).toContain('the only one on the server');
        expect(output).toMatch(/signed requests accepted +10 +10\n/);
        expect(output).toMatch(/a signed request +1 +UNKNOWN_ERROR\n/);
        expect(output).toMatch(/the removed token +LOCAL_TOKEN_NOT_AVAILABLE +LOCAL_TOKEN_NOT_AVAILABLE\n/);
        expect(output).toMatch(/headers in a second, both at once(?: +[\d,]+){2}\n/);
        expect(output).toContain('The server accepted every signed request');
      }, 120_000);
    });
  }
});

test('an unknown driver is said', async () => {
  await expect(run(process.execPath, ['examples/fleet/main.mjs', 'mysql'])).rejects.toThrow(/got "mysql"/);
});
