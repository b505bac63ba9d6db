/**
 * The sections of the activation and of its passkey.
 *
 * @module
 */

import { activate, deactivate, powerAuth, type Stored } from './client.ts';
import { badge, byId, input, onClick, onSubmit, show, visible } from './page.ts';
import { newActivationCode } from './server.ts';

/** Passwords that this page asks for; it remembers the last one, an app must not. */
const PASSWORDS = ['removal-password', 'passkey-password', 'sign-password', 'encrypt-password'];

function remember(password: string): void {
  for (const id of PASSWORDS) input(id).value = password;
}

export function startActivation(): void {
  for (const id of PASSWORDS) input(id).addEventListener('change', () => remember(input(id).value));

  onClick('get-code', 'activation-result', async () => {
    input('code').value = await newActivationCode();
    input('new-password').focus();
  });
  onSubmit('activate', 'activation-result', async () => {
    const [code, password] = [input('code'), input('new-password')];
    await activate(code.value.trim(), password.value);
    remember(password.value);
    code.value = password.value = '';
    show(
      'activation-result',
      'good',
      'Activated. The server has committed it, as a bank’s clerk or app would.',
    );
  });
  onSubmit('deactivate', 'activation-result', async () => {
    const password = input('removal-password').value;
    await deactivate(password);
    remember('');
    const where = password === '' ? 'from this browser only' : 'here and on the server';
    show('activation-result', 'plain', `The activation and its token are removed ${where}.`);
  });

  onSubmit('add-passkey', 'passkey-result', async () => {
    await powerAuth.addBiometryFactor(input('passkey-password').value);
    show('passkey-result', 'good', 'The passkey is set up. Sign a request with it below.');
  });
  onClick('remove-passkey', 'passkey-result', async () => {
    await powerAuth.removeBiometryFactor();
    show('passkey-result', 'plain', 'The passkey is removed.');
  });
}

/** Shows what is stored; a tab may have changed it. */
export async function showActivation({ activationId, fingerprint, hasPasskey }: Stored): Promise<void> {
  const isActivated = activationId !== undefined;
  visible('activate', !isActivated);
  visible('activated', isActivated);
  byId('activation-id').textContent = activationId ?? '';
  byId('fingerprint').textContent = fingerprint ?? '';

  const canHave = isActivated && !hasPasskey && (await powerAuth.getBiometryInfo()).canAuthenticate === 'OK';
  visible('passkey-needs', !isActivated);
  visible('add-passkey', canHave);
  visible('passkey-unavailable', isActivated && !hasPasskey && !canHave);
  visible('passkey-actions', hasPasskey);
  byId('passkey-state').hidden = !isActivated;
  badge('passkey-state', hasPasskey ? 'good' : 'plain', hasPasskey ? 'on' : 'off');
}
