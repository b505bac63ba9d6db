/** A storage in IndexedDB that the instance opens itself: what `deconfigure` cuts short says so. */
import { expect, test } from 'vitest';
import { useBrowser } from '../../helpers/browser.ts';
import { describeWith } from '../../helpers/programs.ts';
import { clientIn, clientOrigin } from './origin.ts';
import type { DeconfigureCalls } from './pages/deconfigure.ts';

for (const browser of ['chromium', 'firefox'] as const) {
  describeWith(browser, `in ${browser}`, () => {
    const shared = useBrowser(browser);

    test('calls that deconfigure overtakes end with OPERATION_CANCELED, if they had not ended', async () => {
      const { server, origin, configuration } = await clientOrigin({ page: 'deconfigure' });
      const call = clientIn<DeconfigureCalls>(await shared.page(origin));
      const { activationId, activationCode } = server.createActivation();
      await call('activate', configuration, activationCode);
      server.commitActivation(activationId);
      const outcomes = await call('overtake', configuration);
      const other = outcomes.filter((outcome) => !/: (?:resolved$|OPERATION_CANCELED )/.test(outcome));
      // What is true of them at any other time.
      expect(
        other.filter((outcome) => !/LOCAL_TOKEN_NOT_AVAILABLE|MISSING_ACTIVATION/.test(outcome)),
      ).toEqual([]);
      const canceled = new Set(
        outcomes.filter((outcome) => outcome.includes('OPERATION_C')).map((o) => o.split(':')[0]),
      );
      expect(canceled.size).toBeGreaterThan(10);
    }, 90_000);
  });
}
