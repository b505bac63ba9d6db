import { expect, test } from 'vitest';
import { Topology, type SlotTable } from '../../../src/storage/redis/topology.ts';

const table = (ranges: SlotTable['ranges'], epoch = 1): SlotTable => ({ ranges, epoch, ownEpoch: 1 });

test('a slot that nobody serves is asked for again at each call, others are remembered', async () => {
  const tables = [table([['a:1', 0, 4]]), table([['a:1', 0, 4]]), table([['a:1', 0, 5]])];
  let asked = 0;
  const topology = new Topology(() => [Promise.resolve(tables[asked++] ?? table([]))]);
  for (let i = 0; i < 2; i++)
    await expect(topology.owner(5)).rejects.toThrow('no node serves these records now');
  expect(asked).toBe(2);
  expect(await topology.owner(5)).toBe('a:1');
  expect(await topology.owner(4)).toBe('a:1');
  expect(asked).toBe(3);
});

test('of those who answer, the one that has heard of the latest failover is believed', async () => {
  const topology = new Topology(() =>
    [table([['old:1', 0, 5]], 3), table([['new:1', 0, 5]], 4)].map((each) => Promise.resolve(each)),
  );
  expect(await topology.owner(5)).toBe('new:1');
});
