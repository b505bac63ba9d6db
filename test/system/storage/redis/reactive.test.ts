import { expect, test } from 'vitest';
import { useStorage, wrappers } from '../../../helpers/reactive.ts';
import { describeWith } from '../../../helpers/programs.ts';
import { testRedisStore } from '../../../helpers/redis.ts';

describeWith('redis', 'on a Redis server', () => {
  test.each(Object.keys(wrappers))('a storage in %s', async (name) => {
    const wrap = wrappers[name];
    const storage = (await testRedisStore()).open();
    await expect(useStorage(wrap?.(storage) ?? storage)).resolves.toBeUndefined();
  });
});
