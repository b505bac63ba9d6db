/** What happens to clients and servers, one thing after another in each of two lanes. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine, Network } from '../../helpers/network.mjs';
import type { Member } from './crew.ts';
import type { ChaosStore } from './stores/store.ts';

/** One thing after another, until time is up. */
export interface Lane {
  readonly random: () => number;
  /** By the monotonic clock, in ms. */
  readonly until: number;
  /** Says what happens; returns what says that it is over. */
  readonly begin: (name: string) => () => void;
}

/** What can happen to clients. */
export interface Clients {
  readonly network: Network;
  readonly store: ChaosStore;
  readonly machines: readonly Machine[];
  readonly members: ReadonlySet<Member>;
  /** Kills one, and starts another one in its place. */
  readonly replace: (member: Member) => Promise<void>;
}

type Fault = readonly [name: string, run: () => Promise<void>];

function oneOf<T>(random: () => number, list: readonly T[]): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new Error('expected a list that is not empty');
  return found;
}

/** Faults in any order, each of them once before one comes again. */
async function happen(
  { random, until, begin }: Lane,
  faults: readonly Fault[],
  quietMs: number,
): Promise<void> {
  let rest: Fault[] = [];
  while (performance.now() < until) {
    if (rest.length === 0) rest = [...faults];
    const [fault] = rest.splice(Math.floor(random() * rest.length), 1);
    if (fault === undefined) return;
    const end = begin(fault[0]);
    await fault[1]();
    end();
    await sleep(quietMs * (0.2 + random()));
  }
}

/** Holds a fault for some time: mostly short, now and then longer than the lease of a lock, if there is time. */
const holdFor = ({ random, until }: Lane, usualMs: number): number => {
  const left = Math.max(200, until - performance.now());
  return Math.min(left, random() < 0.2 ? 9000 + 3000 * random() : usualMs * (0.2 + random()));
};

export async function clientFaults(lane: Lane, clients: Clients): Promise<void> {
  const { network, store, machines, members, replace } = clients;
  const { random } = lane;
  const anyMember = (): Member => oneOf(random, [...members]);
  const freeze = async (): Promise<void> => {
    const goOn = anyMember().freeze();
    await sleep(holdFor(lane, 1500));
    goOn();
  };
  const cutOff = async (): Promise<void> => {
    const machine = oneOf(random, machines);
    const mends = store.addresses.map((address) => network.cut(machine, address));
    await sleep(holdFor(lane, 3000));
    for (const mend of mends) mend();
  };
  const slowDown = async (): Promise<void> => {
    const mend = network.slow(oneOf(random, machines));
    await sleep(holdFor(lane, 4000));
    mend();
  };
  await happen(
    lane,
    [
      ['client killed', () => replace(anyMember())],
      ['client killed', () => replace(anyMember())],
      ['client frozen', freeze],
      ...(network.hasMachines ? [['client machine cut off', cutOff] as const] : []),
      ...(network.slowBy === undefined ? [] : [['slow link of a client machine', slowDown] as const]),
    ],
    1000,
  );
}

export async function serverFaults(lane: Lane, store: ChaosStore): Promise<void> {
  const hold = (least = 0): Promise<void> => sleep(Math.max(least, holdFor(lane, 1000)));
  await happen(
    lane,
    store.faults.map((fault) => [fault.name, () => fault.run(hold)] as const),
    4000,
  );
}
