/**
 * The section of the tabs: which there are, what they do, and all of them signing at once.
 *
 * @module
 */

import { PowerAuthAuthentication, type PowerAuthEvent } from '../src/index.ts';
import { powerAuth, type Stored } from './client.ts';
import { byId, make, onClick, plural, show } from './page.ts';
import { activation } from './server.ts';

/** What tabs tell each other. */
type Message =
  | { readonly type: 'did'; readonly tab: number; readonly what: string }
  | { readonly type: 'race'; readonly race: string }
  | { readonly type: 'raced'; readonly race: string; readonly accepted: number };

const LOCK = 'playground-tab-';
/** Requests of each tab when all sign at once. */
const EACH = 5;
/** How long the slowest tab may take, ms. */
const PATIENCE = 20_000;
const SHOWN = 12;

const channel = new BroadcastChannel('playground');
let own = 0;
let told: () => void = () => undefined;
/** What is to be told once the number of this tab is known. */
const early: string[] = [];

/** The numbers of all tabs: each holds a lock as long as it is open, however it ends. */
async function openTabs(): Promise<number[]> {
  const { held = [] } = await navigator.locks.query();
  return held
    .flatMap(({ name }) => (name?.startsWith(LOCK) === true ? [Number(name.slice(LOCK.length))] : []))
    .sort((a, b) => a - b);
}

/** Takes the lowest free number. */
async function takeNumber(): Promise<number> {
  for (let number = 1; ; number++) {
    const isFree = await new Promise<boolean>((resolve) => {
      void navigator.locks.request(`${LOCK}${number}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        // Held until the tab is closed.
        return lock === null ? undefined : new Promise<never>(() => undefined);
      });
    });
    if (isFree) return number;
  }
}

const nameOf = (tab: number): string => `Tab ${tab}`;

function log(tab: number, what: string): void {
  const isOwn = tab === own;
  const item = make(
    'li',
    {},
    make('time', {}, new Date().toLocaleTimeString('en-GB')),
    make('span', { class: 'tab', 'data-own': String(isOwn) }, isOwn ? 'This tab' : nameOf(tab)),
    make('span', {}, what),
  );
  const list = byId('tab-log');
  list.prepend(item);
  while (list.childElementCount > SHOWN) list.lastElementChild?.remove();
}

/** Shows it here and in all other tabs. */
export function did(what: string): void {
  if (own === 0) return void early.push(what);
  log(own, what);
  channel.postMessage({ type: 'did', tab: own, what } satisfies Message);
}

/** What the SDK did, if it is worth a line. */
export function observe(event: PowerAuthEvent): void {
  if (event.type === 'token' && event.action !== 'evicted') did(`${event.action} the token`);
  if (event.type === 'request') did(`sent ${event.path}: ${event.errorCode ?? event.status ?? 'no answer'}`);
}

/** Signs several requests, and sends them in the order of the counter. */
async function raceHere(): Promise<number> {
  if (!(await powerAuth.hasValidActivation())) return 0;
  const path = '/api/possession/signature';
  const answers = Array.from({ length: EACH }, (_, i) => {
    const body = JSON.stringify({ tab: own, request: i + 1 });
    return powerAuth.withSignature(
      PowerAuthAuthentication.possession(),
      { method: 'POST', uriId: path, body },
      ({ key, value }, signal) => fetch(path, { method: 'POST', headers: { [key]: value }, body, signal }),
    );
  });
  const statuses = await Promise.all(
    answers.map((answer) =>
      answer.then(
        ({ ok }) => ok,
        () => false,
      ),
    ),
  );
  const accepted = statuses.filter(Boolean).length;
  did(`signed ${EACH} requests at once: ${accepted} accepted`);
  return accepted;
}

/** The counter of the activation, as the server sees it. */
async function counter(): Promise<number> {
  const id = await powerAuth.getActivationIdentifier();
  return (id === undefined ? undefined : await activation(id))?.counter ?? 0;
}

/** Answers of the other tabs to the current race. */
let results: { readonly race: string; readonly accepted: number[]; readonly done: () => void } | undefined;

async function race(): Promise<void> {
  const others = (await openTabs()).length - 1;
  const before = await counter();
  const id = crypto.randomUUID();
  const finished = new Promise<void>((resolve) => {
    results = { race: id, accepted: [], done: () => results?.accepted.length === others && resolve() };
    if (others === 0) resolve();
  });
  channel.postMessage({ type: 'race', race: id } satisfies Message);
  const accepted = await raceHere();
  await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  const sum = (results?.accepted ?? []).reduce((total, value) => total + value, accepted);
  const wanted = EACH * (others + 1);
  const after = await counter();
  const text = `${sum} of ${plural(wanted, 'request')} of ${plural(others + 1, 'tab')} accepted. The counter went from ${before} to ${after}`;
  const more = after - before - wanted;
  const skipped =
    more > 0 ? ` Before, it skipped ${plural(more, 'step')} of signatures that it never accepted.` : '';
  if (sum === wanted && more >= 0)
    show('tabs-result', 'good', `${text}: one step for each, none used twice.${skipped}`);
  else show('tabs-result', 'bad', `${text}.`);
}

async function hear(message: Message): Promise<void> {
  if (message.type === 'did') {
    log(message.tab, message.what);
    told();
  } else if (message.type === 'race') {
    const accepted = await raceHere();
    channel.postMessage({ type: 'raced', race: message.race, accepted } satisfies Message);
  } else if (results?.race === message.race) {
    results.accepted.push(message.accepted);
    results.done();
  }
}

/** @param onTold called when another tab has done something */
export async function startTabs(onTold: () => void): Promise<void> {
  told = onTold;
  own = await takeNumber();
  document.title = `${nameOf(own)} · PowerAuth playground`;
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => void hear(data));
  onClick('race', 'tabs-result', race);
  did('opened');
  for (const what of early) did(what);
}

let shown = '';

export async function showTabs({ activationId }: Stored): Promise<void> {
  byId('race').hidden = activationId === undefined;
  const tabs = await openTabs();
  if (tabs.join() === shown) return;
  shown = tabs.join();
  byId('tab-list').replaceChildren(
    ...tabs.map((tab) =>
      make(
        'li',
        { class: 'tab', 'data-own': String(tab === own) },
        tab === own ? `${nameOf(tab)}, this one` : nameOf(tab),
      ),
    ),
  );
}
