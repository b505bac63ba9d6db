import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ChangeHub, hubCount, type HubMember } from '../../src/session/change-hub.ts';
import { RecordKeys } from '../../src/session/record-keys.ts';
import { memoryStorage, MemorySpace } from '../../src/storage/memory.ts';
import type { PowerAuthStorage, PowerAuthStorageChange } from '../../src/storage/types.ts';
import { activate, testClient, testServer } from '../helpers/client.ts';
import { storageLike } from '../helpers/storage.ts';

const MANY = 10_000;

/** A storage whose notices a test makes, and which counts who hears them. */
function loudStorage(): {
  readonly storage: PowerAuthStorage;
  readonly say: (change: PowerAuthStorageChange) => Promise<void>;
  readonly heardBy: () => number;
} {
  const listeners = new Set<(change: PowerAuthStorageChange) => void>();
  return {
    storage: storageLike(memoryStorage(), {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    }),
    say: async (change) => {
      for (const listener of listeners) listener(change);
      await Promise.resolve();
    },
    heardBy: () => listeners.size,
  };
}

const keysOf = (i: number): RecordKeys => new RecordKeys(`instance ${i}`);

/** A member that writes down what it is told, with its name. */
function member(name: string, heard: unknown[]): HubMember {
  return { changed: (key) => void heard.push([name, key]), doubted: () => void heard.push([name, 'all']) };
}

function hubOf(storage: PowerAuthStorage): ChangeHub {
  const hub = ChangeHub.take(storage);
  onTestFinished(() => hub.release());
  return hub;
}

test('a changed record is the work of one member, and a general notice of none, however many there are', async () => {
  const { storage, say, heardBy } = loudStorage();
  const hub = hubOf(storage);
  expect(heardBy(), 'before anybody uses the storage').toBe(0);
  const heard: unknown[] = [];
  const members = Array.from({ length: MANY }, (_, i) => member(`${i}`, heard));
  members.forEach((it, i) => hub.enter(keysOf(i).instance, it));
  expect(heardBy()).toBe(1);
  await say([keysOf(7).activation]);
  await say([keysOf(8).token('a')]);
  expect(heard.splice(0)).toEqual([
    ['7', keysOf(7).activation],
    ['8', keysOf(8).token('a')],
  ]);
  const [, one, two] = members;
  if (one === undefined || two === undefined) throw new Error('no members');
  hub.tellAtOnce(one, true);
  hub.tellAtOnce(two, true);
  hub.tellAtOnce(two, false);
  await say('all');
  expect(hub.epoch).toBe(1);
  expect(heard.splice(0), 'those who hold a generator').toEqual([['1', 'all']]);
  members.forEach((it, i) => hub.leave(keysOf(i).instance, it));
  expect(heardBy()).toBe(0);
  await say('all');
  expect(heard).toEqual([]);
});

describe('notices', () => {
  const own = keysOf(1);
  const other = keysOf(2);
  const { instance } = keysOf(3);

  test.each<[string, readonly string[], unknown[]]>([
    [
      'of its own records',
      [own.token('a'), own.activation],
      [
        ['own', own.token('a')],
        ['own', own.activation],
      ],
    ],
    [
      'of several members',
      [own.token('a'), other.activation],
      [
        ['own', own.token('a')],
        ['other', other.activation],
      ],
    ],
    ['of nobody here', [`${instance}activation`, `${instance}token/x`], []],
    ['of somebody else', ['a key of somebody else', 'another/one', 'x/activation'], []],
    ['of keys that none could have', ['', '/', '//', own.instance.slice(0, -1), ` ${own.activation}`], []],
    ['of an unknown kind', [`${own.instance}other`], [['own', `${own.instance}other`]]],
    ['of none', [], []],
  ])('%s', async (_, change, expected) => {
    const { storage, say } = loudStorage();
    const hub = hubOf(storage);
    const heard: unknown[] = [];
    hub.enter(own.instance, member('own', heard));
    hub.enter(other.instance, member('other', heard));
    await say(change);
    expect(heard).toEqual(expected);
    expect(hub.epoch).toBe(0);
  });

  test.each<[string, unknown]>([
    ['all', 'all'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['an object', { length: 1, 0: own.activation }],
    ['one key', own.activation],
    ['a list with something else in it', [own.activation, 7]],
    ['a list with nothing in it', [undefined]],
  ])('%s may mean anything', async (_, change) => {
    const { storage, say } = loudStorage();
    const hub = hubOf(storage);
    const heard: unknown[] = [];
    const attentive = member('own', heard);
    hub.enter(own.instance, attentive);
    hub.tellAtOnce(attentive, true);
    await say(change as PowerAuthStorageChange);
    expect(hub.epoch).toBe(1);
    expect(heard).toEqual([['own', 'all']]);
  });
});

test('one who leaves hears nothing any more, and does not take the place of a successor along', async () => {
  const { storage, say, heardBy } = loudStorage();
  const hub = hubOf(storage);
  const heard: unknown[] = [];
  const [former, present] = [member('former', heard), member('present', heard)];
  hub.enter(keysOf(1).instance, former);
  hub.tellAtOnce(former, true);
  hub.enter(keysOf(1).instance, present);
  hub.leave(keysOf(1).instance, former);
  await say([keysOf(1).activation]);
  await say('all');
  expect(heard.splice(0)).toEqual([['present', keysOf(1).activation]]);
  hub.leave(keysOf(1).instance, present);
  expect(heardBy()).toBe(0);
  // Somebody who comes later hears it anew.
  hub.enter(keysOf(1).instance, present);
  expect(heardBy()).toBe(1);
  hub.leave(keysOf(1).instance, present);
});

test('there is one for each storage object, as long as somebody has it', () => {
  const before = hubCount();
  const [storage, another] = [memoryStorage(), memoryStorage()];
  const hub = ChangeHub.take(storage);
  expect(ChangeHub.take(storage)).toBe(hub);
  const other = ChangeHub.take(another);
  expect(other).not.toBe(hub);
  expect(hubCount()).toBe(before + 2);
  hub.release();
  other.release();
  expect(hubCount()).toBe(before + 1);
  hub.release();
  expect(hubCount()).toBe(before);
});

test('instances that share a storage object share its notices', async () => {
  const space = new MemorySpace();
  const subscribe = vi.fn();
  const storage = storageLike(memoryStorage(space), { subscribe });
  const real = memoryStorage(space);
  subscribe.mockImplementation((listener: (change: PowerAuthStorageChange) => void) =>
    real.subscribe(listener),
  );
  const server = await testServer();
  const clients = await Promise.all(
    Array.from({ length: 20 }, (_, i) => testClient(server, { instanceId: `shared ${i}`, storage })),
  );
  expect(subscribe, 'before any is used').toHaveBeenCalledTimes(0);
  await Promise.all(clients.map((it) => it.hasValidActivation()));
  expect(subscribe).toHaveBeenCalledTimes(1);
  const [client] = clients;
  if (client === undefined) throw new Error('no client');
  await activate(server, client);
  expect(await client.hasValidActivation()).toBe(true);
  await memoryStorage(space).delete(new RecordKeys('shared 0').activation);
  await vi.waitFor(async () => expect(await client.hasValidActivation()).toBe(false));
});

describe('many who must be told at once', () => {
  const MEMBERS = 500;

  /** Members that look at a storage; `hang` makes those of these numbers wait for ever. */
  function attentive(hub: ChangeHub, hang: ReadonlySet<number> = new Set()) {
    const told: number[] = [];
    let looking = 0;
    const most = { atOnce: 0 };
    const all = Array.from({ length: MEMBERS }, (_, i): HubMember => ({
      changed: () => undefined,
      doubted: async () => {
        told.push(i);
        most.atOnce = Math.max(most.atOnce, ++looking);
        if (hang.has(i)) await new Promise(() => undefined);
        await Promise.resolve();
        looking--;
      },
    }));
    all.forEach((it, i) => {
      hub.enter(keysOf(i).instance, it);
      hub.tellAtOnce(it, true);
    });
    onTestFinished(() => all.forEach((it, i) => hub.leave(keysOf(i).instance, it)));
    return { told, most, all };
  }

  test('are told little by little, however many notices come, and the event loop runs in between', async () => {
    const { storage, say } = loudStorage();
    const hub = hubOf(storage);
    const { told, most, all } = attentive(hub);
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    onTestFinished(() => void (isOver = true));
    setImmediate(count);
    await say('all');
    expect(told.length, 'in the notice itself').toBe(32);
    await new Promise(setImmediate);
    await say('all');
    await say('all');
    const last = all.at(-1) ?? expect.fail('none');
    hub.tellAtOnce(last, false);
    await vi.waitFor(() => expect(told).toContain(MEMBERS - 2));
    await new Promise(setImmediate);
    isOver = true;
    expect(most.atOnce).toBeLessThanOrEqual(32);
    expect(turns).toBeGreaterThanOrEqual(MEMBERS / 32 - 2);
    // All of them after the last notice, except the one that did not want to be told any more.
    expect(new Set(told).size).toBe(MEMBERS - 1);
    expect(told.filter((i) => i === 0).length).toBeGreaterThan(1);
    // And again by the next one.
    told.length = 0;
    await say('all');
    await vi.waitFor(() => expect(new Set(told).size).toBe(MEMBERS - 1));
  });

  test('are told, too, where the storage never answers some of them', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { storage, say } = loudStorage();
    const { told } = attentive(hubOf(storage), new Set(Array.from({ length: 40 }, (_, i) => i)));
    await say('all');
    await vi.advanceTimersByTimeAsync(900);
    expect(told.length).toBe(32);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(new Set(told).size).toBe(MEMBERS);
  });
});
