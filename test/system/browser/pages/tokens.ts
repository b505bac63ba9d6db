/**
 * A page that imports `powerauth-wasm/tokens` alone, on the default storage of browsers.
 *
 * @module
 */

import { PowerAuthTokens, type PowerAuthConfigurationType } from '../../../../src/tokens.ts';
import { serveCalls } from '../../storage/pages/calls.ts';

const bank = new PowerAuthTokens('browser-test');

const CALLS = {
  configure: (configuration: PowerAuthConfigurationType) =>
    bank.configure(configuration, { enableUnsecureTraffic: true }),
  header: (name: string) => bank.tokenStore.generateHeaderForToken(name),
  batch: async (name: string) => {
    const generator = await bank.tokenStore.headerGenerator(name);
    const values = generator.nextBatch(3);
    generator.release();
    return values.map((value) => ({ key: generator.key, value }));
  },
};

/** The calls of this page. */
export type TokensCalls = typeof CALLS;

serveCalls(CALLS);
