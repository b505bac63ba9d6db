/**
 * The section of the faults.
 *
 * @module
 */

import type { Stored } from './client.ts';
import { did } from './tabs.ts';
import { badge, byId, make, plural, run, show } from './page.ts';
import { blockActivation, setClockOffset, setFault, unblockActivation } from './server.ts';
import type { PowerAuthTestFault as Fault } from '../src/testing/index.ts';

/** A switch. */
interface Switch {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly fault?: Fault;
  /** Whether it turns off the others of its kind: a request has one end. */
  readonly isAlone?: boolean;
  /** If it isn't a fault of requests. */
  readonly turn?: (isOn: boolean) => Promise<void>;
}

let activationId: string | undefined;

const SWITCHES: readonly Switch[] = [
  {
    id: 'slow',
    name: 'Slow server',
    text: 'Each answer takes two seconds more.',
    fault: { delay: 2000 },
  },
  {
    id: 'lost-request',
    name: 'Requests get lost',
    text: 'The connection breaks before the server has done anything.',
    fault: { dropRequest: true },
    isAlone: true,
  },
  {
    id: 'lost-answer',
    name: 'Answers get lost',
    text: 'The server does its work, then the connection breaks: nobody here knows.',
    fault: { dropReply: true },
    isAlone: true,
  },
  {
    id: 'unavailable',
    name: 'Server unavailable',
    text: 'It answers 503 to everything.',
    fault: { status: 503 },
    isAlone: true,
  },
  {
    id: 'foreign',
    name: 'Foreign answers',
    text: 'Something in between answers 200 with a page of its own, like the Wi-Fi of a hotel.',
    fault: { status: 200, body: '<h1>Welcome to the hotel</h1>' },
    isAlone: true,
  },
  {
    id: 'clock',
    name: 'Server’s clock is wrong',
    text: 'It is ten minutes ahead of this machine. The client asks for the server’s time, and goes by it.',
    turn: (isOn) => setClockOffset(isOn ? 600_000 : 0),
  },
  {
    id: 'blocked',
    name: 'Activation blocked',
    text: 'As after too many wrong passwords, or by an operator.',
    turn: async (isOn) => {
      if (activationId === undefined) throw new Error('There is no activation to block yet');
      await (isOn ? blockActivation(activationId) : unblockActivation(activationId));
    },
  },
];

let on: ReadonlySet<string> = new Set();

/** The faults of requests as one: a server applies one to each request. */
const together = (ids: ReadonlySet<string>): Fault | undefined => {
  const faults = SWITCHES.filter(({ id, fault }) => fault !== undefined && ids.has(id));
  return faults.length === 0
    ? undefined
    : faults.reduce<Fault>((sum, { fault }) => ({ ...sum, ...fault }), {});
};

/** Whether the server has this fault, for all requests. */
const isIn = (faults: readonly Fault[], wanted: Fault): boolean =>
  faults.some(
    (fault) =>
      fault.path === undefined &&
      Object.entries(wanted).every(([key, value]) => fault[key as keyof Fault] === value),
  );

function showSwitches(): void {
  for (const { id } of SWITCHES) byId(`fault-${id}`).setAttribute('aria-checked', String(on.has(id)));
  byId('faults-state').hidden = on.size === 0;
  badge('faults-state', 'bad', `${on.size} on`);
}

async function flip({ id, name, fault, turn, isAlone = false }: Switch): Promise<void> {
  const isOn = !on.has(id);
  const others = SWITCHES.filter((it) => on.has(it.id) && it.id !== id && !(isAlone && it.isAlone));
  const next = new Set([...others.map((it) => it.id), ...(isOn ? [id] : [])]);
  await (fault === undefined ? turn?.(isOn) : setFault(together(next)));
  on = next;
  showSwitches();
  did(`switched ${isOn ? 'on' : 'off'}: ${name}`);
  const rest = on.size === 0 ? 'Nothing is wrong now.' : `${plural(on.size, 'fault')} in all.`;
  show('faults-result', isOn ? 'bad' : 'plain', `${name}: ${isOn ? 'on' : 'off'}. ${rest}`);
}

export function startFaults(): void {
  byId('fault-switches').replaceChildren(
    ...SWITCHES.map((it) => {
      const button = make(
        'button',
        {
          type: 'button',
          id: `fault-${it.id}`,
          role: 'switch',
          'aria-checked': 'false',
          'aria-labelledby': `fault-${it.id}-name`,
          'aria-describedby': `fault-${it.id}-text`,
          class: 'switch',
        },
        make('span', { class: 'knob', 'aria-hidden': 'true' }),
      );
      button.addEventListener('click', () => void run(button, 'faults-result', () => flip(it)));
      const name = make('span', { class: 'name', id: `fault-${it.id}-name` }, it.name);
      const text = make('span', { class: 'hint small', id: `fault-${it.id}-text` }, it.text);
      return make('li', {}, button, make('div', {}, name, text));
    }),
  );
}

/** What is wrong with the server, by its own account: another tab or program may have changed it. */
export interface ServerState {
  /** Whether the activation waits for the bank's commit. */
  readonly isPending: boolean;
  readonly isBlocked: boolean;
  readonly faults: readonly Fault[];
  readonly clockOffset: number;
}

export function showFaults(stored: Stored, { isBlocked, faults, clockOffset }: ServerState): void {
  activationId = stored.activationId;
  const ids = SWITCHES.filter(({ id, fault }) =>
    fault !== undefined ? isIn(faults, fault) : id === 'clock' ? clockOffset !== 0 : isBlocked,
  );
  on = new Set(ids.map(({ id }) => id));
  showSwitches();
}
