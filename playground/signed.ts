/**
 * The section of signed requests.
 *
 * @module
 */

import { base64, fieldsOf, fromBase64, hex, utf8 } from './bytes.ts';
import { authentication, powerAuth, type Factors, type Stored } from './client.ts';
import { byId, chosen, clear, input, onClick, onSubmit, plural, show, visible } from './page.ts';
import { showHeader, showJoined, showParts } from './parts.ts';
import { jsonOf, send } from './service.ts';
import { did } from './tabs.ts';

const METHOD = 'POST';
/** The test server has it for any factors; `/api/protected/signature` asks for two. */
const URI_ID = '/api/possession/signature';

let header: { readonly key: string; readonly value: string } | undefined;

const body = (): string => input('sign-body').value;

async function sign(): Promise<void> {
  const factors = chosen('factors') as Factors;
  const text = body();
  header = await powerAuth.requestSignature(
    authentication(factors, input('sign-password').value),
    METHOD,
    URI_ID,
    text,
  );
  takeApart(header.value, text);
  visible('send-signed', true);
  did(
    `signed a request: ${fieldsOf(header.value).find(([name]) => name === 'pa_signature_type')?.[1] ?? ''}`,
  );
  show('signed-result', 'good', 'Signed. The counter has moved on; nothing is sent yet.');
}

function takeApart(value: string, text: string): void {
  const fields = new Map(fieldsOf(value));
  const factors = (fields.get('pa_signature_type') ?? '').split('_');
  const signature = fromBase64(fields.get('pa_signature') ?? '') ?? new Uint8Array();
  const each = factors.map((factor, i) => `${factor} ${hex(signature.subarray(16 * i, 16 * i + 16))}`);
  showHeader('signed-text', value);
  showParts('signed-parts', value, {
    pa_signature: each.join(', '),
    pa_signature_type: factors.join(' and '),
  });

  const parts = [
    ['method', METHOD],
    ['uriId', base64(utf8(URI_ID))],
    ['nonce', fields.get('pa_nonce') ?? ''],
    ['body', base64(utf8(text))],
    ['application_secret', '•'.repeat(24)],
  ] as const;
  showJoined('signed-data', parts);
  const size = parts.reduce((sum, [, part]) => sum + part.length + 1, -1);
  byId('signed-size').textContent =
    `method & resource & nonce & body & application secret, Base64, ${plural(size, 'byte')}`;
  visible('signed-apart', true);
}

async function sendSigned(): Promise<void> {
  if (header === undefined) throw new Error('Sign the request first');
  const { key, value } = header;
  const response = await send(URI_ID, { method: METHOD, headers: { [key]: value }, body: body() });
  did(`sent a signed request: ${response.status}`);
  if (response.ok) {
    const { responseObject } = await jsonOf<{ responseObject: { signatureType: string } }>(response);
    const factors = responseObject.signatureType.replaceAll('_', ' and ');
    show('signed-result', 'good', `Accepted: the server saw ${factors}. Its counter has followed.`);
    return;
  }
  const advice =
    response.status === 401
      ? ' Body, password or counter don’t match, or the activation isn’t active. With two factors this costs an attempt.'
      : '';
  show('signed-result', 'bad', `Refused with ${response.status}.${advice}`);
}

export function startSigned(): void {
  onSubmit('sign', 'signed-result', sign);
  onClick('send-signed', 'signed-result', sendSigned);
  byId('sign').addEventListener('change', () =>
    visible('sign-password-field', chosen('factors') === 'knowledge'),
  );
}

let activation: string | undefined;

export function showSigned({ activationId }: Stored): void {
  visible('signed-needs', activationId === undefined);
  visible('sign', activationId !== undefined);
  if (activation === activationId) return;
  activation = activationId;
  header = undefined;
  visible('signed-apart', false);
  visible('send-signed', false);
  clear('signed-result');
}
