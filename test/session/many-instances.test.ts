/** What many instances share, and that none of them is in the way of another. */

import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  PowerAuth,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuthClientConfigurationType,
} from '../../src/index.ts';
import { tokenCache } from '../../src/session/token-cache.ts';
import { statusOf } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { fleet, quiet, sharedThings, TOKEN, until, type Fleet } from '../helpers/fleet.ts';

const TIME = '/pa/v3/status';
const KEYSTORE = '/pa/v3/keystore/create';
const TOKEN_CREATE = '/pa/v3/token/create';
const CANCELED = error(PowerAuthErrorCode.OPERATION_CANCELED);

const header = ({ tokenStore }: PowerAuth) => tokenStore.generateHeaderForToken(TOKEN);
const isTime = (path: string): boolean => path === TIME;

async function expectAllWork({ server, instances }: Fleet): Promise<void> {
  const headers = await Promise.all(instances.map(header));
  const statuses = await Promise.all(headers.map((it) => statusOf(server, it)));
  expect(statuses).toEqual(instances.map(() => 200));
}

describe.each([1, 1000])('%i instances', (count) => {
  test('read, send and time nothing until they are used; then one asks for the time, and each reads its two records', async () => {
    const before = sharedThings();
    const all = await fleet(count);
    const { instances, requests, reads, configure } = all;
    const timers = vi.spyOn(globalThis, 'setInterval');
    const imports = vi.spyOn(crypto.subtle, 'importKey');
    onTestFinished(() => {
      timers.mockRestore();
      imports.mockRestore();
    });
    await Promise.all(instances.map((instance) => configure(instance)));
    await quiet();
    expect([requests.passed, reads.passed]).toEqual([[], []]);
    expect(timers).not.toHaveBeenCalled();
    expect(imports.mock.calls.length, 'imports of the sealing key').toBe(1);
    expect(sharedThings(), 'settings, store, server, hub and application').toBe(before + 5);

    await Promise.all(instances.map(header));
    expect(requests.passed).toEqual([TIME]);
    expect(reads.passed.length).toBe(2 * count);
    expect(new Set(reads.passed).size).toBe(2 * count);
    await Promise.all(instances.map(header));
    expect(requests.passed).toEqual([TIME]);
    expect(reads.passed.length).toBe(2 * count);

    await Promise.all(instances.map((instance) => instance.deconfigure()));
    expect(sharedThings()).toBe(before);
  });
});

test('of cold calls that come at once 64 load at a time, and the time is asked for once', async () => {
  const all = await fleet(200);
  const { instances, requests, reads, configure } = all;
  await Promise.all(instances.map((instance) => configure(instance)));
  reads.hold(() => true);
  const headers = Promise.all(instances.map(header));
  await quiet();
  expect(reads.held).toBe(64);
  reads.open();
  await headers;
  expect(reads.passed.length).toBe(2 * instances.length);
  expect(requests.count(isTime)).toBe(1);
});

test.each([1, 2, 16])(
  'calls that come at once load each token once, also where only %i fit into the cache',
  async (capacity) => {
    const before = tokenCache.capacity;
    onTestFinished(() => void (tokenCache.capacity = before));
    const all = await fleet(100);
    const { instances, reads, configure, server } = all;
    await Promise.all(instances.map((instance) => configure(instance)));
    // The time is known from here on.
    for (const instance of instances.slice(0, 1)) await header(instance);
    tokenCache.capacity = tokenCache.size - 1 + capacity;
    reads.passed.length = 0;
    const values = await Promise.all(instances.map(header));
    expect(reads.passed.length).toBeLessThanOrEqual(2 * instances.length);
    expect(new Set(values.map(({ value }) => value)).size).toBe(instances.length);
    expect(await statusOf(server, values[0] ?? expect.fail('no header'))).toBe(200);
    expect(tokenCache.size).toBeLessThanOrEqual(tokenCache.capacity);

    reads.passed.length = 0;
    const generators = await Promise.all(
      instances.map(({ tokenStore }) => tokenStore.headerGenerator(TOKEN)),
    );
    expect(reads.passed.length).toBeLessThanOrEqual(2 * instances.length);
    for (const generator of generators) {
      expect(() => generator.next()).not.toThrow();
      generator.release();
    }
    await quiet();
    expect(tokenCache.size, 'once nobody holds them').toBeLessThanOrEqual(tokenCache.capacity);
  },
);

test('instances whose reads hang are in nobody else’s way', async () => {
  const { instances, reads, configure, keysOf } = await fleet(70);
  await Promise.all(instances.map((instance) => configure(instance)));
  const last = instances.at(-1) ?? expect.fail('no instance');
  const lastKey = keysOf(last).instance;
  for (const instance of instances.slice(0, 1)) await header(instance);
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  reads.hold((key) => !key.startsWith(lastKey));
  const hanging = instances.slice(1, -1).map(header);
  const value = header(last);
  await vi.advanceTimersByTimeAsync(5_000);
  expect((await value).value).toContain('token_id');
  reads.open();
  await vi.advanceTimersByTimeAsync(5_000);
  await Promise.all(hanging);
});

test('instances of one application share its temporary key', async () => {
  const { instances, requests, configure } = await fleet(20);
  await Promise.all(instances.map((instance) => configure(instance)));
  const encrypt = async (instance: PowerAuth) => {
    const { cryptogram } = await instance.getEncryptorForApplicationScope().encryptRequest('x');
    return cryptogram.temporaryKeyId;
  };
  expect(new Set(await Promise.all(instances.map(encrypt))).size).toBe(1);
  expect(requests.count((path) => path === KEYSTORE)).toBe(1);
  expect(requests.count(isTime), 'the key brings the time along').toBe(0);
  const [one, other] = instances as [PowerAuth, PowerAuth];
  const shared = await encrypt(one);
  await one.getEncryptorForApplicationScope().release();
  expect(await encrypt(other), 'what one lets go of is no loss to the others').toBe(shared);
  expect(await encrypt(one)).not.toBe(shared);
  expect(requests.count((path) => path === KEYSTORE)).toBe(2);
});

describe.each(['first', 'middle', 'last'] as const)(
  'the %s of five is deconfigured, and configured anew',
  (which) => {
    /** The instances, and the one that goes. */
    async function five(): Promise<{ all: Fleet; subject: PowerAuth; others: PowerAuth[] }> {
      const all = await fleet(5);
      const subject = all.instances[{ first: 0, middle: 2, last: 4 }[which]];
      if (subject === undefined) throw new Error('no such instance');
      return { all, subject, others: all.instances.filter((it) => it !== subject) };
    }

    const anew = async ({ configure }: Fleet, subject: PowerAuth): Promise<void> => {
      await subject.deconfigure();
      await configure(subject);
    };

    test('in the middle of an import', async () => {
      const before = sharedThings();
      const { all, subject } = await five();
      const importKey = crypto.subtle.importKey.bind(crypto.subtle);
      let goOn = (): void => undefined;
      const held = new Promise<void>((resolve) => (goOn = resolve));
      const spy = vi.spyOn(crypto.subtle, 'importKey').mockImplementation((async (...args: never) => {
        await held;
        return (importKey as (...args: never) => unknown)(...args);
      }) as never);
      onTestFinished(() => spy.mockRestore());
      const configured = all.instances.map((instance) => all.configure(instance));
      const again = anew(all, subject);
      await quiet();
      goOn();
      await Promise.all([...configured, again]);
      expect(spy).toHaveBeenCalledTimes(1);
      await expectAllWork(all);
      await Promise.all(all.instances.map((instance) => instance.deconfigure()));
      expect(sharedThings()).toBe(before);
    });

    test('in the middle of a time request', async () => {
      const before = sharedThings();
      const { all, subject, others } = await five();
      await Promise.all(all.instances.map((instance) => all.configure(instance)));
      all.requests.hold(isTime);
      const canceled = expect(header(subject)).rejects.toMatchObject(CANCELED);
      const waiting = others.map(header);
      await until(() => all.requests.held === 1);
      await quiet();
      await anew(all, subject);
      await canceled;
      const again = header(subject);
      all.requests.open();
      await Promise.all([...waiting, again]);
      expect(all.requests.passed).toEqual([TIME]);
      await expectAllWork(all);
      await Promise.all(all.instances.map((instance) => instance.deconfigure()));
      expect(sharedThings()).toBe(before);
    });

    test('in the middle of a load', async () => {
      const { all, subject, others } = await five();
      await Promise.all(all.instances.map((instance) => all.configure(instance)));
      all.reads.hold(() => true);
      const canceled = expect(header(subject)).rejects.toMatchObject(CANCELED);
      const waiting = others.map(header);
      await until(() => all.reads.held === 5);
      await anew(all, subject);
      await canceled;
      const again = header(subject);
      await quiet();
      all.reads.open();
      await Promise.all([...waiting, again]);
      await expectAllWork(all);
    });

    test('in the middle of a token request', async () => {
      const { all, subject, others } = await five();
      await Promise.all(all.instances.map((instance) => all.configure(instance)));
      all.requests.hold((path) => path === TOKEN_CREATE);
      const request = () =>
        subject.tokenStore.requestAccessToken('new', PowerAuthAuthentication.possession());
      const canceled = expect(request()).rejects.toMatchObject(CANCELED);
      const waiting = others.map(header);
      await until(() => all.requests.held === 1);
      await anew(all, subject);
      await canceled;
      all.requests.open();
      await Promise.all(waiting);
      expect((await request()).tokenName).toBe('new');
      expect(await statusOf(all.server, await subject.tokenStore.generateHeaderForToken('new'))).toBe(200);
      await expectAllWork(all);
    });

    test('in the middle of a general notice', async () => {
      const { all, subject, others } = await five();
      await Promise.all(all.instances.map((instance) => all.configure(instance)));
      const generators = await Promise.all(
        all.instances.map(({ tokenStore }) => tokenStore.headerGenerator(TOKEN)),
      );
      const { length } = all.reads.passed;
      all.reads.hold(() => true);
      all.say('all');
      await until(() => all.reads.held === 5);
      await anew(all, subject);
      all.reads.open();
      await until(() => all.reads.passed.length >= length + 8);
      await quiet();
      const ended = all.instances.indexOf(subject);
      for (const [i, generator] of generators.entries()) {
        if (i === ended) {
          expect(() => generator.next()).toThrow(/deconfigured/);
        } else expect(await statusOf(all.server, { key: generator.key, value: generator.next() })).toBe(200);
        generator.release();
      }
      expect(others.length).toBe(4);
      await expectAllWork(all);
    });
  },
);

test('the last instance that waits for the time takes the request along', async () => {
  const before = sharedThings();
  const { instances, requests, configure } = await fleet(2);
  const signals: (AbortSignal | null | undefined)[] = [];
  const spied: typeof fetch = async (input, init) => {
    signals.push(init?.signal);
    await requests.pass(new URL(input as string).pathname);
    return fetch(input, init);
  };
  const [one, other] = instances as [PowerAuth, PowerAuth];
  await Promise.all(instances.map((instance) => configure(instance, { fetch: spied })));
  requests.hold(isTime);
  const canceled = instances.map((instance) => expect(header(instance)).rejects.toMatchObject(CANCELED));
  await until(() => requests.held === 1);
  await one.deconfigure();
  expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
  await other.deconfigure();
  expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
  await Promise.all(canceled);
  expect(sharedThings()).toBe(before);
});

describe('what one instance fails with reaches nobody else', () => {
  test.each([
    [
      'a fetch',
      { fetch: () => Promise.reject(new TypeError('no network')) },
      PowerAuthErrorCode.NETWORK_ERROR,
    ],
    [
      'a clock that throws',
      {
        clock: {
          now: () => {
            throw new Error('no');
          },
          monotonic: () => 0,
        },
      },
      PowerAuthErrorCode.CANNOT_GENERATE_TOKEN,
    ],
    [
      'a clock that stands at NaN',
      { clock: { now: () => NaN, monotonic: () => 0 } },
      PowerAuthErrorCode.CANNOT_GENERATE_TOKEN,
    ],
  ])('%s', async (_, client, code) => {
    const { instances, configure, server } = await fleet(3);
    const [one, ...others] = instances as [PowerAuth, ...PowerAuth[]];
    await configure(one, client);
    await Promise.all(others.map((instance) => configure(instance)));
    const outcomes = await Promise.allSettled(instances.map(header));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    await expect(header(one)).rejects.toMatchObject(error(code));
    for (const other of others) expect(await statusOf(server, await header(other))).toBe(200);
  });

  test('a refusal by the server', async () => {
    const { instances, configure, server, requests } = await fleet(3);
    await Promise.all(instances.map((instance) => configure(instance)));
    const [one, ...others] = instances as [PowerAuth, ...PowerAuth[]];
    const encrypt = (instance: PowerAuth) => instance.getEncryptorForApplicationScope().encryptRequest('x');
    await Promise.all(instances.map(encrypt));
    server.faults.add({ path: TOKEN_CREATE, count: 1, status: 401 });
    await expect(
      one.tokenStore.requestAccessToken('new', PowerAuthAuthentication.possession()),
    ).rejects.toMatchObject(error(PowerAuthErrorCode.AUTHENTICATION_ERROR));
    const { length } = requests.passed;
    for (const other of others) {
      expect(await statusOf(server, await header(other))).toBe(200);
      await encrypt(other);
    }
    expect(requests.passed.length, 'nothing was asked for again').toBe(length);
  });
});

describe('the time of the server is asked for', () => {
  const times = async (client: PowerAuthClientConfigurationType): Promise<number> => {
    const before = sharedThings();
    const all = await fleet(2);
    const [one, other] = all.instances as [PowerAuth, PowerAuth];
    await all.configure(one);
    await all.configure(other, client);
    await expectAllWork(all);
    await one.deconfigure();
    expect(await statusOf(all.server, await header(other)), 'without the other one').toBe(200);
    await other.deconfigure();
    expect(sharedThings()).toBe(before);
    return all.requests.count(isTime) + Number('fetch' in client);
  };

  test.each<[string, PowerAuthClientConfigurationType]>([
    ['connectionTimeout', { connectionTimeout: 21 }],
    ['readTimeout', { readTimeout: 21 }],
    ['customHttpHeaders', { customHttpHeaders: [{ name: 'X-A', value: 'a' }] }],
    ['basicHttpAuthentication', { basicHttpAuthentication: { username: 'a', password: 'b' } }],
    ['fetch', { fetch: (input, init) => fetch(input, init) }],
    ['clock', { clock: { now: () => Date.now(), monotonic: () => performance.now() } }],
    ['observer', { observer: () => undefined }],
  ])('twice with another %s', async (_, client) => {
    expect(await times(client)).toBe(2);
  });

  test.each<[string, PowerAuthClientConfigurationType]>([
    ['with equal settings', {}],
    ['with the defaults said', { connectionTimeout: 20, readTimeout: 20 }],
    ['with another engine', { engine: 'js' }],
  ])('once %s', async (_, client) => {
    expect(await times(client)).toBe(1);
  });
});

test('instances with clocks of their own share no time', async () => {
  const { instances, requests, configure, server } = await fleet(3);
  const offsets = [0, 5 * 3_600_000, -3_600_000];
  for (const [i, instance] of instances.entries()) {
    const offset = offsets[i] ?? 0;
    const clock = { now: () => Date.now() + offset, monotonic: () => performance.now() + offset };
    await configure(instance, { clock });
  }
  for (const instance of instances) expect(await statusOf(server, await header(instance))).toBe(200);
  expect(requests.count(isTime)).toBe(3);
});

describe('a general notice', () => {
  test('costs nobody anything before it is used, and then one look at the storage', async () => {
    const { instances, reads, configure, say } = await fleet(20);
    await Promise.all(instances.map((instance) => configure(instance)));
    await Promise.all(instances.map(header));
    reads.passed.length = 0;
    for (let i = 0; i < 3; i++) say('all');
    await quiet();
    expect(reads.passed).toEqual([]);
    const [one] = instances as [PowerAuth];
    await header(one);
    expect(reads.passed.length).toBe(2);
    await header(one);
    expect(reads.passed.length).toBe(2);
  });

  test('has a removed token make no header, in order, out of order, and from a generator', async () => {
    const { instances, configure, say, keysOf } = await fleet(4);
    await Promise.all(instances.map((instance) => configure(instance)));
    // Twice, so that each is expected after the one before.
    for (let i = 0; i < 2; i++) for (const instance of instances) await header(instance);
    const [one, two, three, four] = instances as [PowerAuth, PowerAuth, PowerAuth, PowerAuth];
    const generator = await four.tokenStore.headerGenerator(TOKEN);
    const storage = one.keychainConfiguration?.storage;
    for (const instance of [two, four]) await storage?.delete(keysOf(instance).token(TOKEN));
    say('all');
    await header(one);
    await expect(header(two)).rejects.toMatchObject(error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE));
    await header(three);
    await until(() => {
      try {
        generator.next();
        return false;
      } catch {
        return true;
      }
    });
    expect(() => generator.next()).toThrow(/removed/);
    generator.release();
  });

  test('that comes while a token is loaded has it loaded again', async () => {
    const { instances, reads, configure, say, keysOf } = await fleet(1);
    const [one] = instances as [PowerAuth];
    await configure(one);
    reads.hold((key) => key === keysOf(one).activation);
    const loading = header(one);
    await until(() => reads.held === 1);
    // The token has been read by now.
    await one.keychainConfiguration?.storage?.delete(keysOf(one).token(TOKEN));
    say('all');
    reads.open();
    await expect(loading).rejects.toMatchObject(error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE));
  });
});

describe('the token that an object knows already', () => {
  const nextHeader = async (powerAuth: PowerAuth, server: Fleet['server']): Promise<number> =>
    statusOf(server, await header(powerAuth));
  const missing = error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE);

  test('makes no header once it is removed, replaced, deconfigured or doubted, by any object of the instance', async () => {
    const { instances, configure, server, say, keysOf } = await fleet(2);
    await Promise.all(instances.map((instance) => configure(instance)));
    const [one, other] = instances as [PowerAuth, PowerAuth];
    const twin = new PowerAuth(one.instanceId);
    for (let i = 0; i < 3; i++)
      for (const each of [one, twin, other]) expect(await nextHeader(each, server)).toBe(200);

    await twin.tokenStore.removeLocalToken(TOKEN);
    for (const each of [one, twin]) await expect(header(each)).rejects.toMatchObject(missing);
    const { tokenIdentifier } = await one.tokenStore.requestAccessToken(
      TOKEN,
      PowerAuthAuthentication.possession(),
    );
    for (const each of [one, twin]) {
      for (let i = 0; i < 3; i++) expect((await header(each)).value).toContain(`"${tokenIdentifier}"`);
    }

    await one.keychainConfiguration?.storage?.delete(keysOf(one).token(TOKEN));
    say('all');
    for (const each of [one, twin]) await expect(header(each)).rejects.toMatchObject(missing);

    await other.deconfigure();
    await expect(header(other)).rejects.toMatchObject(error(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED));
    await configure(other);
    expect(await nextHeader(other, server)).toBe(200);
  });

  test('is not taken for one of another name, and gives way once it has ended', async () => {
    const { instances, configure } = await fleet(1);
    const [one] = instances as [PowerAuth];
    await configure(one);
    const ids = new Map<string, string>();
    for (const name of ['second', 'third']) {
      const token = await one.tokenStore.requestAccessToken(name, PowerAuthAuthentication.possession());
      ids.set(name, token.tokenIdentifier);
    }
    const expectOwn = async (name: string): Promise<void> => {
      const { value } = await one.tokenStore.generateHeaderForToken(name);
      expect(value).toContain(`"${ids.get(name) ?? ''}"`);
    };
    for (let i = 0; i < 3; i++) {
      await header(one);
      for (const name of ids.keys()) await expectOwn(name);
    }
    await one.tokenStore.removeLocalToken(TOKEN);
    for (let i = 0; i < 3; i++) for (const name of ids.keys()) await expectOwn(name);
    await expect(header(one)).rejects.toMatchObject(missing);
  });
});

test('a changed record concerns its own instance alone', async () => {
  const { instances, reads, configure, say, keysOf } = await fleet(3);
  await Promise.all(instances.map((instance) => configure(instance)));
  await Promise.all(instances.map(header));
  const [one, two] = instances as [PowerAuth, PowerAuth];
  reads.passed.length = 0;
  say([keysOf(one).token(TOKEN)]);
  say([keysOf(two).activation]);
  say(['somebody else’s']);
  await Promise.all(instances.map(header));
  expect(reads.passed.sort()).toEqual(
    [keysOf(one).token(TOKEN), keysOf(two).token(TOKEN), keysOf(two).activation].sort(),
  );
});

test('a sealing key is imported once for a storage, whatever else differs', async () => {
  const before = sharedThings();
  const { instances, configure, server } = await fleet(3);
  const imports = vi.spyOn(crypto.subtle, 'importKey');
  onTestFinished(() => imports.mockRestore());
  for (const [i, instance] of instances.entries()) await configure(instance, { readTimeout: 10 + i });
  expect(imports).toHaveBeenCalledTimes(1);
  expect(sharedThings(), 'three settings and servers; one store, hub and application').toBe(before + 9);
  for (const instance of instances) expect(await statusOf(server, await header(instance))).toBe(200);
  for (const instance of instances) await instance.deconfigure();
  expect(sharedThings()).toBe(before);
});

test('invalid settings leave nothing behind, and take nothing from another instance', async () => {
  const before = sharedThings();
  const { instances, configure, server } = await fleet(2);
  const [one, other] = instances as [PowerAuth, PowerAuth];
  await configure(other);
  const withOther = sharedThings();
  const invalid = { customHttpHeaders: [{ name: 'not a name', value: '' }] };
  await expect(configure(one, invalid)).rejects.toMatchObject(error(PowerAuthErrorCode.WRONG_PARAMETER));
  await expect(configure(other)).rejects.toMatchObject(error(PowerAuthErrorCode.REACT_NATIVE_ERROR));
  expect(sharedThings()).toBe(withOther);
  expect(await statusOf(server, await header(other))).toBe(200);
  await other.deconfigure();
  expect(sharedThings()).toBe(before);
});

test('configurations are shared, and frozen to their last member', async () => {
  const { instances, configure } = await fleet(2);
  const client = {
    customHttpHeaders: [{ name: 'X-A', value: 'a' }],
    basicHttpAuthentication: { username: 'a', password: 'b' },
  };
  for (const instance of instances) await configure(instance, structuredClone(client));
  const [one, other] = instances as [PowerAuth, PowerAuth];
  expect(one.clientConfiguration).toBe(other.clientConfiguration);
  const { customHttpHeaders, basicHttpAuthentication } = one.clientConfiguration ?? {};
  const parts = [
    one.configuration,
    one.clientConfiguration,
    one.biometryConfiguration,
    one.keychainConfiguration,
    one.sharingConfiguration,
    customHttpHeaders,
    customHttpHeaders?.[0],
    basicHttpAuthentication,
  ];
  for (const part of parts) expect(part !== undefined && Object.isFrozen(part)).toBe(true);
});
