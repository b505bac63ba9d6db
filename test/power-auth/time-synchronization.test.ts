import { expect, test } from 'vitest';
import { PowerAuth, PowerAuthErrorCode } from '../../src/index.ts';
import { requestsTo, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';

const STATUS = '/pa/v3/status';

/** A clock that a test turns. */
function testClock() {
  const clock = { wall: 1_800_000_000_000, ran: 5_000 };
  return {
    advance: (ms: number) => {
      clock.wall += ms;
      clock.ran += ms;
    },
    jump: (ms: number) => void (clock.wall += ms),
    clock: { now: () => clock.wall, monotonic: () => clock.ran },
  };
}

test('is the server’s time, as far as it is known', async () => {
  const server = await testServer();
  const { clock, advance, jump } = testClock();
  const powerAuth = await testClient(server, { client: { clock } });
  const time = powerAuth.timeSynchronizationService;
  server.clockOffset = clock.now() + 7_000 - Date.now();
  expect(await time.isTimeSynchronized()).toBe(false);
  expect(await time.currentTime()).toBe(clock.now());
  expect(await time.localTimeAdjustment()).toBe(0);
  expect(await time.localTimeAdjustmentPrecision()).toBe(0);
  expect(server.requests).toHaveLength(0);

  await time.synchronizeTime();
  expect(requestsTo(server, STATUS)).toBe(1);
  expect(await time.isTimeSynchronized()).toBe(true);
  // The server's clock ran on while the test's stood.
  const adjustment = await time.localTimeAdjustment();
  expect(Math.abs(adjustment - 7_000)).toBeLessThan(5_000);
  advance(60_000);
  expect(await time.currentTime()).toBe(clock.now() + adjustment);
  expect(await time.localTimeAdjustmentPrecision()).toBe(0);

  // A clock that was set is no other time.
  jump(20_000);
  expect(await time.currentTime()).toBe(clock.now() - 20_000 + adjustment);
  jump(86_400_000);
  expect(await time.isTimeSynchronized()).toBe(false);
  expect(await time.currentTime()).toBe(clock.now());
  await time.synchronize();
  expect(await time.isTimeSynchronized()).toBe(true);
});

test('is forgotten when it is told to, and asked for again when it is needed', async () => {
  const server = await testServer();
  const powerAuth = await testClient(server);
  const time = powerAuth.timeSynchronizationService;
  await time.synchronizeTime();
  await time.resetTimeSynchronization();
  expect(await time.isTimeSynchronized()).toBe(false);
  await powerAuth.getEncryptorForApplicationScope().encryptRequest('{}');
  expect(await time.isTimeSynchronized()).toBe(true);
  // The second time came with the signed temporary key.
  expect(requestsTo(server, STATUS)).toBe(1);
});

test('calls at the same time share one answer, and half its round trip is the precision', async () => {
  const server = await testServer();
  const powerAuth = await testClient(server);
  const time = powerAuth.timeSynchronizationService;
  server.faults.add({ path: STATUS, delay: 50, count: 1 });
  await Promise.all([time.synchronizeTime(), time.synchronizeTime()]);
  expect(requestsTo(server, STATUS)).toBe(1);
  expect(await time.localTimeAdjustmentPrecision()).toBeGreaterThanOrEqual(24);
});

test('a failure keeps the time known before', async () => {
  const server = await testServer();
  const powerAuth = await testClient(server);
  const time = powerAuth.timeSynchronizationService;
  await time.synchronizeTime();
  server.faults.add({ path: STATUS, status: 503 });
  await expect(time.synchronizeTime()).rejects.toMatchObject(error(PowerAuthErrorCode.RESPONSE_ERROR));
  expect(await time.isTimeSynchronized()).toBe(true);
});

test('needs configure', async () => {
  const time = new PowerAuth('time-not-configured').timeSynchronizationService;
  for (const call of [
    time.isTimeSynchronized(),
    time.currentTime(),
    time.synchronizeTime(),
    time.synchronize(),
    time.resetTimeSynchronization(),
    time.localTimeAdjustment(),
    time.localTimeAdjustmentPrecision(),
  ]) {
    await expect(call).rejects.toMatchObject(error(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED));
  }
});
