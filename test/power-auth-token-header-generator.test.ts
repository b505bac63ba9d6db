import assert from 'node:assert/strict';
import { describe, expect, test, vi } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode } from '../src/index.ts';
import { activated, statusOf } from './helpers/client.ts';
import { error } from './helpers/error.ts';

const POSSESSION = PowerAuthAuthentication.possession();

const ENGINES = ['wasm-simd', 'js'] as const;

function notAnError(): never {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is under test
  throw 'broken';
}

type Activated = Awaited<ReturnType<typeof activated>>;

const UNKNOWN_TIME = error(
  PowerAuthErrorCode.CANNOT_GENERATE_TOKEN,
  /^The server's time is not known any more/,
);

describe('a header generator', () => {
  test('makes accepted headers, each once', async () => {
    const { server, powerAuth } = await activated();
    await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
    const generator = await powerAuth.tokenStore.headerGenerator('MyToken');
    const values = [generator.next(), ...generator.nextBatch(9), generator.next()];
    expect(new Set(values).size).toBe(11);
    for (const value of values) expect(await statusOf(server, { key: generator.key, value })).toBe(200);
    expect(generator.nextBatch(0)).toEqual([]);
  });

  /** A clock that stands still until it is told to move, and a client that goes by it. */
  async function withClock() {
    const clock = { wall: Date.now(), monotonic: 5_000 };
    const it = await activated({
      client: { clock: { now: () => clock.wall, monotonic: () => clock.monotonic } },
    });
    await it.powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
    const generator = await it.powerAuth.tokenStore.headerGenerator('MyToken');
    const timeOf = (value: string): number => Number(/timestamp="(\d+)"/.exec(value)?.[1]);
    return { ...it, clock, generator, timeOf, start: timeOf(generator.next()) };
  }

  /** What the application's own clocks may come to answer, and what is said of it. */
  const WRONG_CLOCKS: readonly (readonly [title: string, read: () => unknown, said: RegExp])[] = [
    ['throws', () => assert.fail('broken'), /^clientConfiguration\.clock: expected .* throws$/],
    ['throws no error', notAnError, /throws$/],
    ['answers NaN', () => NaN, /expected .*, got (?:NaN|no number)$/],
    ['answers infinity', () => Infinity, /expected .*, got (?:Infinity|one that leapt ahead)$/],
    ['answers a text', () => 'noon', /expected .*, got (?:a string of 4 characters|no number)$/],
    ['answers nothing', () => undefined, /expected .*, got (?:undefined|no number)$/],
    ['answers a bigint', () => 5n, /expected .*, got (?:a bigint|one that throws)$/],
    ['answers a symbol', () => Symbol('noon'), /expected .*, got (?:a symbol|one that throws)$/],
  ];

  test.each(
    ENGINES.flatMap((engine) => WRONG_CLOCKS.map(([title, read, said]) => ({ engine, title, read, said }))),
  )(
    'of $engine with a clock that $title is a PowerAuthError until it is mended',
    async ({ engine, read, said }) => {
      // In one millisecond of the wall clock the other clock is read once: each fault has a later one.
      let later = 0;
      const right = { now: () => Date.now() + later, monotonic: () => performance.now() };
      const clock = { ...right };
      const { server, powerAuth } = await activated({ client: { clock, engine } });
      const { tokenStore } = powerAuth;
      await tokenStore.requestAccessToken('MyToken', POSSESSION);
      const generator = await tokenStore.headerGenerator('MyToken');
      for (let i = 0; i < 100; i++) generator.next();
      const wrong = error(PowerAuthErrorCode.CANNOT_GENERATE_TOKEN, said);
      const broken = { now: read, monotonic: read } as typeof clock;
      for (const parts of [broken, { monotonic: broken.monotonic }]) {
        later++;
        Object.assign(clock, parts);
        await expect(tokenStore.generateHeaderForToken('MyToken')).rejects.toMatchObject(wrong);
        await expect(tokenStore.headerGenerator('MyToken')).rejects.toMatchObject(wrong);
        await expect(powerAuth.getEncryptorForApplicationScope().encryptRequest('{}')).rejects.toMatchObject(
          wrong,
        );
        for (const make of [() => generator.next(), () => generator.nextBatch(3)]) {
          expect(make).toThrow(expect.objectContaining(wrong) as Error);
        }
        Object.assign(clock, right);
        expect(await statusOf(server, await tokenStore.generateHeaderForToken('MyToken'))).toBe(200);
        expect(await statusOf(server, { key: generator.key, value: generator.next() })).toBe(200);
      }
      // Without the wall clock nobody knows whether the machine slept.
      clock.now = broken.now;
      await expect(tokenStore.generateHeaderForToken('MyToken')).rejects.toMatchObject(wrong);
      for (const make of [() => generator.next(), () => generator.nextBatch(3)]) {
        expect(make).toThrow(expect.objectContaining(wrong) as Error);
      }
    },
  );

  test.each([
    [-(2 ** 41), /expected a clock that runs on .*, got one that went back$/],
    [2 ** 42, /expected a clock that runs on .*, got one that leapt ahead$/],
  ])('says which way clocks went that moved by %i ms', async (by, said) => {
    const { powerAuth, clock, generator } = await withClock();
    clock.wall += by;
    clock.monotonic += by;
    const wrong = error(PowerAuthErrorCode.CANNOT_GENERATE_TOKEN, said);
    expect(() => generator.next()).toThrow(expect.objectContaining(wrong) as Error);
    await expect(powerAuth.tokenStore.generateHeaderForToken('MyToken')).rejects.toMatchObject(wrong);
  });

  test('has the millisecond of the clock in each header, however many it makes, forward and back', async () => {
    const { clock, generator, timeOf, start } = await withClock();
    const seen = new Set<string>();
    let made = 0;
    for (const [count, by] of [
      [500, 1],
      [1, 1],
      [64, 3],
      [129, -2],
      [1, -1],
      [300, 0.25],
      [7, 1000],
      [2, 0],
    ] as const) {
      const moved = Math.floor(clock.monotonic) - 5_000;
      for (let i = 0; i < count; i++) {
        const value = generator.next();
        expect(timeOf(value)).toBe(start + moved);
        seen.add(value);
        made++;
      }
      for (const value of generator.nextBatch(70)) {
        expect(timeOf(value)).toBe(start + moved);
        seen.add(value);
        made++;
      }
      clock.wall += by;
      clock.monotonic += by;
    }
    expect(seen.size).toBe(made);
  });

  test.each([86_400_000, -86_400_000])(
    'follows the server when the wall clock jumps by %i ms',
    async (jump) => {
      const { server, powerAuth, clock, generator, timeOf, start } = await withClock();
      // Not in the first millisecond of a loop, nor later.
      for (const headers of [1, 2, 3, 10]) {
        for (let i = 0; i < headers; i++) generator.next();
        clock.wall += jump;
        server.clockOffset += jump;
        const asked = server.requests.length;
        for (const make of [() => generator.next(), () => generator.nextBatch(3)]) {
          expect(make).toThrow(expect.objectContaining(UNKNOWN_TIME) as Error);
        }
        await expect.poll(() => timeOf(generator.next()) - start).toBeCloseTo(server.clockOffset, -4);
        expect(server.requests.length, 'asked for the time').toBeGreaterThan(asked);
        const { value } = await powerAuth.tokenStore.generateHeaderForToken('MyToken');
        expect(await statusOf(server, { key: generator.key, value })).toBe(200);
      }
    },
  );

  describe.each(ENGINES)('of %s', (engine) => {
    /** What a machine that sleeps does, as Linux and macOS tell it. */
    async function sleeper() {
      const clock = { wall: Date.now(), monotonic: 5_000 };
      const it = await activated({
        client: { engine, clock: { now: () => clock.wall, monotonic: () => clock.monotonic } },
      });
      const { server, powerAuth } = it;
      await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
      const generator = await powerAuth.tokenStore.headerGenerator('MyToken');
      const sleep = (ms: number) => {
        clock.wall += ms;
        server.clockOffset += ms;
      };
      const awake = (ms: number) => {
        sleep(ms);
        clock.monotonic += ms;
      };
      return { ...it, generator, sleep, awake };
    }
    const ways = ({ generator, powerAuth }: Awaited<ReturnType<typeof sleeper>>) => ({
      next: async () => generator.next(),
      nextBatch: async () => generator.nextBatch(2)[1] ?? '',
      promise: async () => (await powerAuth.tokenStore.generateHeaderForToken('MyToken')).value,
    });
    /** As the strictest servers do, which allow five minutes either way. */
    const ageOf = (server: Activated['server'], value: string): number =>
      Math.abs(Date.now() + server.clockOffset - Number(/timestamp="(\d+)"/.exec(value)?.[1]));

    test('after a sleep, right in a loop, each way has a good header or none', async () => {
      const it = await sleeper();
      for (const [name, way] of Object.entries(ways(it))) {
        // Not in the first header of a millisecond, nor in the stock that is made ahead in a loop.
        for (const before of [0, 1, 2, 15, 16, 17, 40, 64, 100, 127, 128]) {
          for (let i = 0; i < before; i++) it.generator.next();
          it.sleep(3 * 3_600_000);
          const value = await way().catch((thrown: unknown) => {
            expect(thrown, name).toMatchObject(UNKNOWN_TIME);
            return undefined;
          });
          if (name === 'promise') expect(value).toBeDefined();
          else expect(value, `${name} after ${before}`).toBeUndefined();
          const recovered = await vi.waitUntil(() => way().catch(() => undefined), { interval: 1 });
          expect(ageOf(it.server, recovered), name).toBeLessThan(5_000);
          expect(it.server.verifyToken(recovered)).toBeTruthy();
        }
      }
    });

    test('with the time service down no way makes a header that can be refused', async () => {
      const it = await sleeper();
      const fault = { path: '/pa/v3/status', dropRequest: true };
      const { next, nextBatch, promise } = ways(it);
      // A nap is no reason, nor is a day without an answer.
      it.server.faults.add(fault);
      it.sleep(25_000);
      for (let hour = 0; hour < 24; hour++) {
        for (const way of [next, nextBatch, promise])
          expect(ageOf(it.server, await way())).toBeLessThan(60_000);
        it.awake(3_599_000);
      }
      it.awake(60_000);
      const fail = async () => {
        for (let i = 0; i < 10; i++) {
          for (const way of [next, nextBatch]) await expect(way()).rejects.toMatchObject(UNKNOWN_TIME);
        }
        await expect(promise()).rejects.toMatchObject(error('NETWORK_ERROR'));
        await expect(next()).rejects.toMatchObject({ ...UNKNOWN_TIME, cause: { code: 'NETWORK_ERROR' } });
      };
      await fail();
      it.server.faults.clear();
      await promise();
      it.server.faults.add(fault);
      it.sleep(3 * 3_600_000);
      await fail();
      it.server.faults.clear();
      expect(it.server.verifyToken(await promise())).toBeTruthy();
      expect(it.server.verifyToken(await next())).toBeTruthy();
    });
  });

  test('ends with its token, its instance, or its release', async () => {
    const { powerAuth } = await activated();
    const { tokenStore } = powerAuth;
    for (const name of ['one', 'two', 'three']) await tokenStore.requestAccessToken(name, POSSESSION);
    const [one, two, three] = [
      await tokenStore.headerGenerator('one'),
      await tokenStore.headerGenerator('two'),
      await tokenStore.headerGenerator('three'),
    ];
    await tokenStore.removeLocalToken('one');
    expect(() => one.next()).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE)),
    );
    two.release();
    two.release();
    expect(() => two.next()).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT)),
    );
    await powerAuth.deconfigure();
    expect(() => three.nextBatch(2)).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED)),
    );
    three.release();
  });

  test.each([-1, 0.5, 65_537, NaN, '1', null, undefined, {}])('refuses a batch of %s', async (count) => {
    const { powerAuth } = await activated();
    await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
    const generator = await powerAuth.tokenStore.headerGenerator('MyToken');
    expect(() => generator.nextBatch(count as number)).toThrow(
      expect.objectContaining(error(PowerAuthErrorCode.WRONG_PARAMETER, /^count: expected an integer/)),
    );
  });
});
