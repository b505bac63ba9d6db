/** Banks for `powerauth-wasm/fetch`, and requests to them. */
import { PowerAuthAuthentication, type PowerAuth } from '../../src/index.ts';
import { powerAuthFetch, type PowerAuthFetchOptions } from '../../src/fetch.ts';
import { activated, PASSWORD } from './client.ts';
import { checksToken, testOrigin } from './origin.ts';

export const [CREATE, STATUS] = ['/pa/v3/token/create', '/pa/v3/status'];
export const POSSESSION = PowerAuthAuthentication.possession();
export const knowledge = () => PowerAuthAuthentication.password(PASSWORD);
export const POST = { method: 'POST', body: '{}' } as const;

const token = { name: 'api', authentication: () => POSSESSION };

/** With a token of possession alone, unless told otherwise. */
export const fetchOf = (powerAuth: PowerAuth, origins: string[], more: Partial<PowerAuthFetchOptions> = {}) =>
  powerAuthFetch(powerAuth, { origins, token, ...more });

/** A client, and a bank whose every path wants a token. */
export async function bank(more?: Partial<PowerAuthFetchOptions>) {
  const { server, powerAuth, activationId } = await activated();
  const origin = await testOrigin(checksToken(server));
  return { server, powerAuth, activationId, origin, fetch: fetchOf(powerAuth, [origin.url], more) };
}
