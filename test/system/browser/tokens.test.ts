/** A page for tokens alone uses what a page with the whole SDK has made, in the default storage. */
import { expect, test } from 'vitest';
import { useBrowser } from '../../helpers/browser.ts';
import { describeWith } from '../../helpers/programs.ts';
import { statusOf } from '../../helpers/client.ts';
import { clientIn, clientOrigin } from './origin.ts';
import type { TokensCalls } from './pages/tokens.ts';

for (const browser of ['chromium', 'firefox'] as const) {
  describeWith(browser, `in ${browser}`, () => {
    const shared = useBrowser(browser);

    test('headers on a page for tokens alone are accepted, until another page removes the token', async () => {
      const { server, origin, configuration } = await clientOrigin();
      const context = await shared.context();
      const maker = clientIn(await shared.page(`${origin}/`, context));
      const { activationId, activationCode } = server.createActivation();
      await maker('configure', configuration);
      await maker('activate', activationCode);
      server.commitActivation(activationId);
      await maker('requestToken', 'accounts', 0);

      const call = clientIn<TokensCalls>(await shared.page(`${origin}/tokens`, context));
      await call('configure', configuration);
      for (const header of [await call('header', 'accounts'), ...(await call('batch', 'accounts'))])
        expect(await statusOf(server, header)).toBe(200);
      await maker('forgetToken', 'accounts');
      await expect(call('header', 'accounts')).rejects.toThrow('there is no local token of this name');
    }, 90_000);
  });
}
