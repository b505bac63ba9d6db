/** What a thread's instances share in the hot path, counted. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { PowerAuth } from '../../src/index.ts';
import { newToken, openFleet, timeServer } from '../helpers/one-thread.ts';

afterEach(() => vi.restoreAllMocks());

/** Instances with a token each, on two servers in turn where `servers` is 2. */
async function openInstances(count: number, servers = 1) {
  const fleet = await openFleet('wasm-simd');
  const fetches = Array.from({ length: servers }, (_, i) => timeServer(fleet.clock, 1.7e12 + i * 1e11));
  const instances: PowerAuth[] = [];
  for (let i = 0; i < count; i++) {
    await fleet.addActivation(`i${i}`);
    await fleet.addToken(`i${i}`, 'T', newToken());
    instances.push(await fleet.configure(`i${i}`, fetches[i % servers] ?? fetch));
  }
  const turn = async (turns: number): Promise<void> => {
    for (let i = 0; i < turns; i++)
      for (const { tokenStore } of instances) await tokenStore.generateHeaderForToken('T');
  };
  const { calls } = fleet.boundaries;
  /** Calls across the boundary while something is done. */
  const countIn = async (work: () => Promise<void>): Promise<Record<string, number>> => {
    for (const name of Object.keys(calls)) calls[name] = 0;
    await work();
    return Object.fromEntries(Object.entries(calls).filter(([, made]) => made > 0));
  };
  return { ...fleet, instances, turn, countIn };
}

describe('across the boundary', () => {
  test.each([
    [1, 6400],
    [1000, 7],
  ])(
    '%i instances: one WebAssembly instance, one call for 64 headers, one of the CSPRNG for 1024',
    async (count, turns) => {
      const { boundaries, countIn, turn } = await openInstances(count);
      await turn(2);
      expect(boundaries.memories).toHaveLength(1);
      const before = boundaries.made;
      const { headers = 0, random = 0, ...others } = await countIn(() => turn(turns));
      const made = count * turns;
      expect(headers).toBeLessThan(made / 64 + 10);
      expect(random).toBeLessThan(made / 1024 + 2);
      // Compressions: of headers that nobody gets there are two stocks at most.
      expect(boundaries.made - before).toBeGreaterThanOrEqual(made - 64);
      expect(boundaries.made - before).toBeLessThanOrEqual(made + 128);
      expect(others).toEqual({});
    },
  );

  test('instances of two servers in turn are grouped, those of each server by themselves', async () => {
    const { countIn, turn } = await openInstances(100, 2);
    await turn(2);
    const { headers = 0 } = await countIn(() => turn(64));
    expect(headers).toBeLessThan((100 * 64) / 64 + 20);
  });

  test('a token that comes or goes costs the others nothing that was made ahead', async () => {
    const { countIn, instances, ...fleet } = await openInstances(1);
    const generator = await instances[0]?.tokenStore.headerGenerator('T');
    await fleet.addActivation('other');
    const other = await fleet.configure('other', timeServer(fleet.clock, 1.7e12));
    await fleet.addToken('other', 'T', newToken());
    for (let i = 0; i < 200; i++) generator?.next();
    const { headers, setKey, release } = await countIn(async () => {
      for (let round = 0; round < 20; round++) {
        for (let i = 0; i < 64; i++) generator?.next();
        await other.tokenStore.hasLocalToken('T');
        await other.tokenStore.removeLocalToken('T');
        await fleet.addToken('other', 'T', newToken());
      }
    });
    expect([setKey, release]).toEqual([20, 20]);
    expect(headers).toBeLessThanOrEqual(21);
  });

  test('an instance that is closed leaves its slots, and the stock of its server, to others', async () => {
    const { boundaries, instances, tokenCache, turn } = await openInstances(3);
    await turn(3);
    const [memory] = boundaries.memories;
    if (memory === undefined) expect.fail('no WebAssembly');
    const slots = () =>
      [0, 1, 2].map((slot) => Buffer.from(memory.buffer, 65_536 + 128 * slot, 128).some(Boolean));
    expect(slots()).toEqual([true, true, true]);
    await instances[1]?.deconfigure();
    expect(slots()).toEqual([true, false, true]);
    await instances[0]?.deconfigure();
    await instances[2]?.deconfigure();
    expect(slots()).toEqual([false, false, false]);
    expect(tokenCache.size).toBe(0);
  });
});
