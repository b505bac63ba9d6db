import { expect, test } from 'vitest';
import { root, run } from '../package/support.ts';

test('examples/proxies: requests through Express and Fastify arrive at the bank, authenticated', async () => {
  const output = await run(process.execPath, ['examples/proxies/main.mjs'], root);
  expect(output).toContain('express: 200 200 404');
  expect(output).toContain('fastify: 200 200 404');
  expect(output).toContain('the bank got /api/possession/token?page=1 without a body');
  expect(output).toContain('and {"amount":"100"}');
}, 60_000);
