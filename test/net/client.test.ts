import { expect, onTestFinished, test } from 'vitest';
import { activated, requestsTo } from '../helpers/client.ts';

test('many requests at once are no leak in the eyes of Node', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => void warnings.push(warning);
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  const { server, powerAuth } = await activated();
  server.faults.add({ path: '/pa/v3/activation/status', delay: 100 });
  await Promise.all(Array.from({ length: 30 }, () => powerAuth.fetchActivationStatus()));
  expect(requestsTo(server, '/pa/v3/activation/status')).toBe(30);
  // Node tells of them in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings.map(({ name }) => name)).toEqual([]);
});
