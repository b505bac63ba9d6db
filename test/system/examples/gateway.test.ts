import { expect, test } from 'vitest';
import { run, root } from '../package/support.ts';

test('examples/gateway: one process acts for several customers, and the bank accepts all of it', async () => {
  const output = await run(process.execPath, ['examples/gateway/main.mjs'], root, {
    CUSTOMERS: '4',
    SECONDS: '0.2',
  });
  expect(output).toContain('4 of 4 customers activated');
  for (const name of ['token headers', 'signed requests', 'token requests']) {
    // Requests in a second, median, 99th percentile, failures.
    expect(output).toMatch(new RegExp(`${name}.*?\\s+[1-9][\\d,]*\\s+[\\d.]+\\s+[\\d.]+\\s+0\\s`));
  }
}, 60_000);
