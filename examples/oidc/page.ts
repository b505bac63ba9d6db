/**
 * The page: log in, choose a password, done. Bundle it as a module.
 *
 * @module
 */
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { finishLogin, startLogin } from './login.ts';
import { client, configuration, instanceId } from './settings.ts';

const powerAuth = new PowerAuth(instanceId);

/** Shows one of the page's sections. */
function show(id: string, text?: string): void {
  for (const section of document.querySelectorAll('main > *'))
    section.toggleAttribute('hidden', section.id !== id);
  if (text !== undefined) document.getElementById(id)?.replaceChildren(text);
}

const showState = async (): Promise<void> => show('done', (await powerAuth.fetchActivationStatus()).state);

async function start(): Promise<void> {
  await powerAuth.configure(configuration, client);
  if (await powerAuth.hasValidActivation()) return showState();
  const parameters = await finishLogin();
  if (parameters === undefined) {
    show('login');
    return;
  }
  // A user who left before choosing a password logs in again.
  if (await powerAuth.hasPendingActivation()) await powerAuth.removeActivationLocal();
  await powerAuth.createActivation(PowerAuthActivation.createWithOIDCParameters(parameters, 'Browser'));
  show('choose');
}

/** Does what a form or button asks for, and says what has failed. */
const attempt = (work: () => Promise<void>): void =>
  void work().catch((error: unknown) => show('failed', String(error)));

document.getElementById('login')?.addEventListener('click', () => attempt(startLogin));
document.getElementById('choose')?.addEventListener('submit', (event) => {
  event.preventDefault();
  const password = document.querySelector('input')?.value ?? '';
  attempt(async () => {
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password));
    await showState();
  });
});
attempt(start);
