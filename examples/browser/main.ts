/**
 * What is on the screen.
 *
 * @module
 */

import type { PowerAuthError } from 'powerauth-wasm';
import {
  activate,
  addBiometry,
  biometry,
  callService,
  currentToken,
  deactivate,
  getToken,
  measure,
  newActivationCode,
  pay,
  powerAuth,
  removeBiometry,
  removeToken,
  start,
} from './client.ts';

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`#${id} is missing`);
  return found;
}

const input = (id: string): HTMLInputElement => element(id) as HTMLInputElement;

function log(text: string, look = ''): void {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString();
  const what = document.createElement('span');
  what.textContent = text;
  what.className = look;
  item.append(time, what);
  element('log').prepend(item);
  while (element('log').childElementCount > 8) element('log').lastElementChild?.remove();
}

function badge(id: string, text: string, look: 'good' | 'bad' | '' = ''): void {
  element(id).textContent = text;
  element(id).className = `badge ${look}`;
}

/** The header with its values in bold. */
function showHeader(value: string): void {
  const parts = value.split(/("[^"]*")/).map((part) => {
    if (!part.startsWith('"')) return part;
    const bold = document.createElement('b');
    bold.textContent = part;
    return bold;
  });
  element('header').replaceChildren(...parts);
  element('header').hidden = false;
}

/** What was on the screen last. */
let shown:
  | {
      readonly activationId: string | undefined;
      readonly passkey: keyof typeof BIOMETRY | undefined;
      readonly token: string | undefined;
    }
  | undefined;

/** The texts about the passkey. */
const BIOMETRY = {
  on: 'The bank takes a payment that you approve with the fingerprint, face or PIN of this device.',
  off: 'Approve payments with the fingerprint, face or PIN of this device, and no longer with the password.',
  unavailable: "This device has no passkeys, or this browser doesn't offer them to pages.",
};

/** Work of this tab that is in progress. */
let busy = 0;

/** Shows the current state, which another tab may have changed. */
async function refresh(own: boolean): Promise<void> {
  const activationId = await powerAuth.getActivationIdentifier();
  const token = activationId === undefined ? undefined : await currentToken();
  const passkey = activationId === undefined ? undefined : await biometry();
  const before = shown;
  shown = { activationId, passkey, token };
  if (before === undefined || isShownPending() || activationId !== before.activationId)
    await showActivation(activationId);
  if (token !== before?.token && !own) {
    log(
      token === undefined
        ? 'The token is gone: another tab removed it'
        : 'The token is here: another tab got it',
    );
  }
  if (passkey !== before?.passkey) {
    showBiometry(passkey);
    if (!own && before?.passkey !== undefined && passkey !== undefined)
      log(`Another tab has switched payments by passkey ${passkey}`);
  }
  element('token').hidden = activationId === undefined;
  badge('token-state', token === undefined ? 'none' : 'ready', token === undefined ? '' : 'good');
  element('token-id').classList.toggle('mono', token !== undefined);
  element('token-id').textContent = token ?? 'One request gets it; from then on each header is made here.';
  element('get-token').hidden = token !== undefined;
  for (const id of ['call', 'measure', 'remove-token']) element(id).hidden = token === undefined;
  if (token === undefined) for (const id of ['header', 'rate']) element(id).hidden = true;
}

/** Another tab has made it and is about to let the bank confirm it. */
const isShownPending = (): boolean => element('state').textContent === 'PENDING_COMMIT';

async function showActivation(activationId: string | undefined): Promise<void> {
  element('activate').hidden = activationId !== undefined;
  element('activation').hidden = activationId === undefined;
  if (activationId === undefined) return;
  element('activation-id').textContent = activationId;
  element('fingerprint').textContent = (await powerAuth.getActivationFingerprint()) ?? '';
  element('engine').textContent = powerAuth.engine ?? '';
  try {
    const { state } = await powerAuth.fetchActivationStatus();
    badge('state', state, state === 'ACTIVE' ? 'good' : 'bad');
  } catch (error) {
    badge('state', 'unknown to the server', 'bad');
    log((error as Error).message, 'bad');
  }
}

function showBiometry(passkey: keyof typeof BIOMETRY | undefined): void {
  element('biometry').hidden = passkey === undefined;
  if (passkey === undefined) return;
  badge('biometry-state', passkey, passkey === 'on' ? 'good' : '');
  element('biometry-hint').textContent = BIOMETRY[passkey];
  element('add-biometry').hidden = passkey !== 'off';
  element('biometry-actions').hidden = passkey !== 'on';
}

/** A button's work: the button is disabled in the meantime, and failures are shown. */
async function run(button: HTMLButtonElement, work: () => Promise<void>): Promise<void> {
  button.disabled = true;
  busy++;
  try {
    await work();
    await refresh(true);
  } catch (error) {
    const { code, message } = error as PowerAuthError;
    log(`${code}: ${message}`, 'bad');
  } finally {
    busy--;
    button.disabled = false;
  }
}

function onClick(id: string, work: () => Promise<void>): void {
  const button = element(id) as HTMLButtonElement;
  button.addEventListener('click', () => void run(button, work));
}

/** The same for the form's only button that submits it. */
function onSubmit(id: string, work: () => Promise<void>): void {
  const button = element(id).querySelector<HTMLButtonElement>('button:not([type])');
  element(id).addEventListener('submit', (event) => {
    event.preventDefault();
    if (button !== null) void run(button, work);
  });
}

onClick('get-code', async () => {
  input('code').value = await newActivationCode();
});
onSubmit('activate', async () => {
  const [code, password] = [input('code'), input('password')];
  await activate(code.value.trim(), password.value);
  code.value = password.value = '';
  log('This browser is activated', 'good');
});
onClick('deactivate', async () => {
  const password = input('removal-password');
  const where = password.value === '' ? 'from this browser alone' : 'here and on the server';
  try {
    await deactivate(password.value);
    log(`The activation and its token are removed ${where}`);
  } finally {
    password.value = '';
  }
});
onSubmit('add-biometry', async () => {
  const password = input('biometry-password');
  try {
    await addBiometry(password.value);
    log('The passkey is made', 'good');
  } finally {
    password.value = '';
  }
});
onClick('pay', async () => {
  const factors = await pay({ to: 'Bob', amount: 100 });
  if (factors === undefined) log('The bank refused the payment', 'bad');
  else log(`The bank took the payment, signed with ${factors}`, 'good');
});
onClick('remove-biometry', async () => {
  await removeBiometry();
  log('The passkey is removed');
});
onClick('get-token', async () => {
  await getToken();
  log('The server made a token', 'good');
});
onClick('remove-token', async () => {
  await removeToken();
  log('The token is removed, here and on the server');
});
onClick('call', async () => {
  const { header, status } = await callService();
  showHeader(header.value);
  log(`The service answered ${status}`, status === 200 ? 'good' : 'bad');
});
onClick('measure', async () => {
  const rate = Math.round(await measure());
  element('rate').textContent = `${rate.toLocaleString('en')} headers per second in this tab`;
  element('rate').hidden = false;
});

try {
  await start();
  await refresh(true);
  // Costs next to nothing: it reads only one record.
  setInterval(() => {
    if (busy === 0) void refresh(false).catch((error: unknown) => log(String(error), 'bad'));
  }, 500);
} catch (error) {
  log((error as Error).message, 'bad');
}
