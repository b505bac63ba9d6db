import { expect, test } from 'vitest';
import { describeWith } from '../../helpers/programs.ts';
import { run, root } from '../package/support.ts';

describeWith('redis', 'examples/fleet-redis', () => {
  test('two processes share one activation and one token through Redis, and both see its removal', async () => {
    const output = await run(process.execPath, ['examples/fleet-redis/main.mjs'], root, {
      MEASURE_MS: '200',
    });
    expect(output).toContain('the only one on the server');
    expect(output).toMatch(/LOCAL_TOKEN_NOT_AVAILABLE at most \d+ ms after the call/);
    expect(output).toMatch(/headerGenerator\.nextBatch\(64\)(?:\s+[\d,]+){3}/);
    console.log(/Headers per second[\s\S]*/.exec(output)?.[0].trim());
  }, 60_000);
});
