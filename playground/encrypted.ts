/**
 * The section of encrypted requests.
 *
 * @module
 */

import { PowerAuthAuthentication, type PowerAuthCryptogram } from '../src/index.ts';
import { powerAuth, type Stored } from './client.ts';
import { byId, chosen, clear, input, onSubmit, show, visible } from './page.ts';
import { showFields, showHeader } from './parts.ts';
import { jsonOf, send } from './service.ts';
import { did } from './tabs.ts';

const PATHS: Readonly<Record<string, string>> = {
  application: '/api/encrypted/application',
  activation: '/api/encrypted/activation',
  signed: '/api/encrypted/signature',
  'signed-first': '/api/signed/encrypted',
};

const isSigned = (scope: string): boolean => scope.startsWith('signed');

async function encryptAndSend(): Promise<void> {
  visible('encrypted-apart', false);
  const scope = chosen('scope');
  const path = PATHS[scope] ?? '';
  const encryptor =
    scope === 'application'
      ? powerAuth.getEncryptorForApplicationScope()
      : powerAuth.getEncryptorForActivationScope();
  const text = input('plaintext').value;
  const { cryptogram, header, decryptor } = await encryptor.encryptRequest(text);
  try {
    const body = JSON.stringify(cryptogram);
    // A signature's header says whose request it is, and stands in for the other one.
    const sent = isSigned(scope) ? await sign(path, scope === 'signed' ? body : text) : header;
    const response = await send(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', [sent.key]: sent.value },
      body,
    });
    did(`sent an encrypted request: ${response.status}`);
    byId('encrypted-name').textContent = sent.key;
    showHeader('encrypted-header', sent.value);
    showFields('encrypted-request', 'Fields of the encrypted request', cryptogram);
    if (!response.ok) {
      refused(response.status, scope);
      return;
    }
    const answer = await jsonOf<PowerAuthCryptogram>(response);
    const decrypted = await decryptor.decryptResponse(answer);
    showFields('encrypted-answer', 'Fields of the encrypted answer', answer);
    byId('decrypted').textContent = decrypted;
    visible('encrypted-apart', true);
    show('encrypted-result', 'good', 'The server has decrypted it, and this browser its answer.');
  } finally {
    await decryptor.release();
  }
}

async function sign(path: string, body: string): Promise<{ key: string; value: string }> {
  const authentication = PowerAuthAuthentication.password(input('encrypt-password').value);
  return powerAuth.requestSignature(authentication, 'POST', path, body);
}

function refused(status: number, scope: string): void {
  const why =
    isSigned(scope) && status === 401
      ? 'Content, password or counter don’t match, or the activation isn’t active. This costs an attempt.'
      : 'A server doesn’t say why it can’t decrypt something.';
  show('encrypted-result', 'bad', `Refused with ${status}. ${why}`);
}

export function startEncrypted(): void {
  onSubmit('encrypt', 'encrypted-result', encryptAndSend);
  byId('encrypt').addEventListener('change', () =>
    visible('encrypt-password-field', isSigned(chosen('scope'))),
  );
}

let activation: string | undefined;

export function showEncrypted({ activationId }: Stored): void {
  visible('encrypted-needs', activationId === undefined);
  visible('encrypt', activationId !== undefined);
  if (activation === activationId) return;
  activation = activationId;
  visible('encrypted-apart', false);
  clear('encrypted-result');
}
