/** Pages that call the embedded server directly, from an origin of their own. */
import { expect, test } from 'vitest';
import { useBrowser } from '../../helpers/browser.ts';
import { PASSWORD, testServer } from '../../helpers/client.ts';
import { describeWith } from '../../helpers/programs.ts';
import { clientIn, clientOrigin, type ClientOf } from '../browser/origin.ts';
import type { WholeApiCalls } from '../browser/pages/whole-api.ts';

describeWith('chromium', 'a page of another origin, in Chromium', () => {
  const chromium = useBrowser('chromium');

  async function open(): Promise<{ origin: string; call: ClientOf<WholeApiCalls> }> {
    const { origin } = await clientOrigin({ page: 'whole-api' });
    return { origin, call: clientIn<WholeApiCalls>(await chromium.page(origin)) };
  }

  test('activates, signs and encrypts where it is allowed', async () => {
    const { origin, call } = await open();
    const server = await testServer({ allowOrigin: origin });
    const basicHttpAuthentication = { username: 'test', password: 'test' };
    await call('configure', server.configuration, { basicHttpAuthentication });
    const { activationId, activationCode } = server.createActivation();
    await call('startActivation', activationCode);
    await call('commit', PASSWORD);
    server.commitActivation(activationId);
    await call('validate', PASSWORD);
    await call('requestToken', 'MyToken', 'possession');
    expect(server.tokens).toMatchObject([{ activationId, signatureType: 'possession' }]);
    // What the server refuses is read as such, too.
    expect(await call('failing', 'validate', 'wrong password')).toBe('AUTHENTICATION_ERROR');
  });

  test('is stopped by the browser where another one is', async () => {
    const { call } = await open();
    const server = await testServer({ allowOrigin: 'https://app.example' });
    await call('configure', server.configuration);
    expect(await call('failing', 'startActivation', server.createActivation().activationCode)).toBe(
      'NETWORK_ERROR',
    );
    expect(server.requests).toEqual([]);
  });
});
