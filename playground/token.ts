/**
 * The section of the token.
 *
 * @module
 */

import { PowerAuthAuthentication } from '../src/index.ts';
import { powerAuth, TOKEN, type Stored } from './client.ts';
import { badge, byId, onClick, show, visible } from './page.ts';
import { revokeToken } from './server.ts';
import { jsonOf, send } from './service.ts';
import { did } from './tabs.ts';

const { tokenStore } = powerAuth;
const possession = (): PowerAuthAuthentication => PowerAuthAuthentication.possession();

const RESULT = 'token-result';

async function call(): Promise<void> {
  const { key, value } = await tokenStore.generateHeaderForToken(TOKEN);
  const response = await send('/api/possession/token', { headers: { [key]: value } });
  const { status } = response;
  did(`called a service with a header: ${status}`);
  if (status === 200) {
    await jsonOf(response);
    show(RESULT, 'good', 'The service answered 200: it knows who asks.');
    return;
  }
  const advice =
    status === 401
      ? ' The activation isn’t active, the server doesn’t know the token, or its clock differs. Renew the token if the activation is active.'
      : '';
  show(RESULT, 'bad', `The service answered ${status}.${advice}`);
}

export function startToken(): void {
  onClick('get-token', RESULT, async () => {
    await tokenStore.requestAccessToken(TOKEN, possession());
    show(
      RESULT,
      'good',
      'The server made a token. Its secret came encrypted, and is sealed in this browser.',
    );
  });
  onClick('call-service', RESULT, call);
  onClick('revoke-token', RESULT, async () => {
    const { tokenIdentifier } = await tokenStore.getLocalToken(TOKEN);
    await revokeToken(tokenIdentifier);
    show(
      RESULT,
      'plain',
      'The server has forgotten the token. This browser doesn’t know yet: call the service.',
    );
  });
  onClick('renew-token', RESULT, async () => {
    const { tokenIdentifier: refused } = await tokenStore.getLocalToken(TOKEN);
    await tokenStore.renewAccessToken(TOKEN, { refused, authentication: possession() });
    show(RESULT, 'good', 'Renewed: another token has taken its place, in all tabs.');
  });
  onClick('remove-token', RESULT, async () => {
    await tokenStore.removeAccessToken(TOKEN);
    show(RESULT, 'plain', 'The token is removed, here and on the server.');
  });
}

export function showToken({ activationId, tokenId }: Stored): void {
  const isActivated = activationId !== undefined;
  visible('token-needs', !isActivated);
  visible('token-none', isActivated && tokenId === undefined);
  visible('token-there', tokenId !== undefined);
  byId('token-id').textContent = tokenId ?? '';
  byId('engine').textContent = powerAuth.engine ?? '';
  byId('token-state').hidden = !isActivated;
  badge('token-state', tokenId === undefined ? 'plain' : 'good', tokenId === undefined ? 'none' : 'ready');
}
