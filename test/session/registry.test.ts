/** Lifecycle calls of one instance id, in whatever order and however many of them are not awaited. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { PowerAuth, PowerAuthErrorCode, type PowerAuthStorage } from '../../src/index.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';

interface Lifecycle {
  readonly powerAuth: PowerAuth;
  /** On the storage of the test, by this object or another one of its id. */
  readonly configure: (object?: PowerAuth) => Promise<boolean>;
}

async function lifecycle(
  instanceId: string,
  storage: PowerAuthStorage = memoryStorage(),
): Promise<Lifecycle> {
  const { configuration } = await testServer();
  const powerAuth = new PowerAuth(instanceId);
  onTestFinished(async () => {
    await powerAuth.deconfigure();
  });
  return {
    powerAuth,
    configure: (object = powerAuth) =>
      object.configure(configuration, undefined, undefined, {
        storage,
        sealingKey: new Uint8Array(32).fill(7),
      }),
  };
}

const statusesOf = async (calls: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(calls)).map(({ status }) => status);

describe('lifecycle calls take effect in the order of the calls', () => {
  test('configure, deconfigure, configure: configured', async () => {
    const { powerAuth, configure } = await lifecycle('strict mode');
    expect(await statusesOf([configure(), powerAuth.deconfigure(), configure()])).toEqual(
      Array(3).fill('fulfilled'),
    );
    expect(await powerAuth.isConfigured()).toBe(true);
  });

  test('the same on a configured instance, ended first: configured', async () => {
    const { powerAuth, configure } = await lifecycle('reloaded');
    await configure();
    const calls = [powerAuth.deconfigure(), configure(), powerAuth.deconfigure(), configure()];
    expect(await statusesOf(calls)).toEqual(Array(4).fill('fulfilled'));
    expect(await powerAuth.isConfigured()).toBe(true);
  });

  test('two at once: the second one is refused, and the first one stands', async () => {
    const { powerAuth, configure } = await lifecycle('twice');
    const [first, second] = [configure(), configure()];
    await expect(second).rejects.toMatchObject(
      error(PowerAuthErrorCode.REACT_NATIVE_ERROR, /already configured/),
    );
    expect(await first).toBe(true);
    expect(await powerAuth.isConfigured()).toBe(true);
  });

  test('two at once, the first of which fails: the second one stands', async () => {
    const { powerAuth, configure } = await lifecycle('fails first');
    const failing = powerAuth.configure(powerAuth.configuration as never);
    const good = configure();
    await expect(failing).rejects.toMatchObject(error(PowerAuthErrorCode.WRONG_PARAMETER));
    expect(await good).toBe(true);
  });

  test('of two objects with one id', async () => {
    const { powerAuth, configure } = await lifecycle('two objects');
    const other = new PowerAuth('two objects');
    const calls = [configure(), other.deconfigure(), configure(other), powerAuth.deconfigure(), configure()];
    expect(await statusesOf(calls)).toEqual(Array(5).fill('fulfilled'));
    expect(await other.isConfigured()).toBe(true);
  });

  test('those of another id do not wait', async () => {
    const memory = memoryStorage();
    const { powerAuth, configure } = await lifecycle('slow', memory);
    await configure();
    const { powerAuth: quick, configure: configureQuick } = await lifecycle('quick', memory);
    const slow = powerAuth.deconfigure();
    await configureQuick();
    expect(await quick.isConfigured()).toBe(true);
    await slow;
  });

  // c configures, d deconfigures.
  const ROWS = Array.from({ length: 16 }, (_, bits) =>
    [1, 2, 4, 8].map((bit) => ((bits & bit) === 0 ? 'c' : 'd')).join(''),
  );

  test.each(ROWS)('%s ends as its last call says', async (row) => {
    const { powerAuth, configure } = await lifecycle(row);
    const calls: Promise<unknown>[] = [];
    const expected: string[] = [];
    let before = 'd';
    for (const call of row) {
      calls.push(call === 'c' ? configure() : powerAuth.deconfigure());
      expected.push(call === 'c' && before === 'c' ? 'rejected' : 'fulfilled');
      before = call;
    }
    expect(await statusesOf(calls)).toEqual(expected);
    expect(await powerAuth.isConfigured()).toBe(row.endsWith('c'));
  });
});
