import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PowerAuthAuthentication } from '../../../src/index.ts';
import { statusOf, testClient } from '../../helpers/client.ts';
import { error } from '../../helpers/error.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testRedis, testRedisStorage } from '../../helpers/redis.ts';
import { rejection } from '../../helpers/storage.ts';
import { createFleet } from './fleet.ts';
import { testWire } from './wire.ts';

const possession = PowerAuthAuthentication.possession();

describeWith('redis', 'a client that is cut off from Redis', () => {
  test.each(['cut', 'mute'] as const)(
    '(%s) goes on with the tokens it has, says so for others, and keeps no stale token',
    async (fault) => {
      const redis = await testRedis();
      const wire = await testWire(redis.port);
      // What the fleet does in the meantime it does past the wire.
      const { server, powerAuth, setup, start } = await createFleet({
        place: redis.url,
        open: () => testRedisStorage({ url: redis.url }),
      });
      const [client] = await start(1);
      await client?.call('requestAccessToken', 'kept');
      await client?.call('requestAccessToken', 'removed');
      await powerAuth.deconfigure();
      const here = await testClient(server, {
        instanceId: setup.instanceId,
        storage: testRedisStorage({ url: wire.url }),
        sealingKey: Buffer.from(setup.sealingKey, 'hex'),
      });
      for (const name of ['kept', 'removed']) await here.tokenStore.generateHeaderForToken(name);
      const generator = await here.tokenStore.headerGenerator('removed');
      wire[fault]();
      await client?.call('removeAccessToken', 'removed');
      await client?.call('requestAccessToken', 'new');
      const [header, refused] = await Promise.all([
        here.tokenStore.generateHeaderForToken('kept'),
        rejection(here.tokenStore.generateHeaderForToken('new')),
      ]);
      expect(await statusOf(server, header)).toBe(200);
      expect(refused).toMatchObject(error('UNKNOWN_ERROR', /^Cannot (?:open|read) redis storage at /));
      expect(await rejection(here.tokenStore.requestAccessToken('another', possession))).toMatchObject(
        error('UNKNOWN_ERROR', /^Cannot (?:open|read) redis storage at /),
      );
      await sleep(5000);
      wire.mend();
      const isGone = async (): Promise<unknown> =>
        here.tokenStore.generateHeaderForToken('removed').then(
          () => 'there',
          (cause: unknown) => (cause as { code?: string }).code,
        );
      await expect.poll(isGone, { timeout: 10_000 }).toBe('LOCAL_TOKEN_NOT_AVAILABLE');
      expect(() => generator.next()).toThrow(
        expect.objectContaining({ code: 'LOCAL_TOKEN_NOT_AVAILABLE' }) as Error,
      );
      for (const name of ['kept', 'new']) {
        expect(await statusOf(server, await here.tokenStore.generateHeaderForToken(name))).toBe(200);
      }
      await here.tokenStore.requestAccessToken('another', possession);
    },
    90_000,
  );

  test('because it was restarted: everything is there afterwards', async () => {
    const redis = await testRedis();
    const { server, powerAuth, start } = await createFleet({
      place: redis.url,
      open: () => testRedisStorage({ url: redis.url }),
    });
    const [client] = await start(1);
    await powerAuth.tokenStore.requestAccessToken('token', possession);
    await redis.stop('SIGKILL');
    expect(await statusOf(server, await powerAuth.tokenStore.generateHeaderForToken('token'))).toBe(200);
    expect(await rejection(client?.call('header', 'token') ?? Promise.resolve())).toMatchObject({
      code: 'UNKNOWN_ERROR',
    });
    await redis.start();
    await client?.call('removeAccessToken', 'token');
    await expect
      .poll(() => powerAuth.tokenStore.hasLocalToken('token').catch(() => undefined), { timeout: 10_000 })
      .toBe(false);
    await client?.call('requestAccessToken', 'token');
    expect(await statusOf(server, await powerAuth.tokenStore.generateHeaderForToken('token'))).toBe(200);
  });
});
