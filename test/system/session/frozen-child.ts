/**
 * A client that is frozen in the middle of signed requests, as it is told by messages, and tells how they ended:
 * `node … <ClientSetup in JSON>`.
 */

import { PowerAuth } from '../../../src/index.ts';
import type { ClientSetup } from '../fleet/client-setup.ts';
import { freezeNow } from '../../helpers/freeze.ts';
import { QUICK_PASSWORDS } from '../../helpers/passwords.ts';
import { storageAt } from '../../helpers/place.ts';

/** When it freezes: with a counter value that is stored and not sent yet; when it is told to, with a request in progress. */
export type FreezeAt = 'counter' | 'message' | 'never';

/** How a call ended. */
export interface FrozenOutcome {
  readonly code: string | undefined;
  /** How many requests left. */
  readonly fetches: number;
}

const { instanceId, place, sealingKey, configuration } = JSON.parse(process.argv[2] ?? '') as ClientSetup;
const storage = storageAt(place);
const powerAuth = new PowerAuth(instanceId);
let freezeAt: FreezeAt = 'never';
let fetches = 0;

await powerAuth.configure(
  configuration,
  {
    enableUnsecureTraffic: true,
    fetch: async (...request) => {
      fetches++;
      return fetch(...request);
    },
  },
  undefined,
  {
    ...QUICK_PASSWORDS,
    storage: {
      ...storage,
      update: async (key, change) => {
        const stored = await storage.update(key, change);
        if (freezeAt === 'counter') await freezeNow('frozen');
        return stored;
      },
    },
    sealingKey: Buffer.from(sealingKey, 'hex'),
  },
);

process.on('message', (message: { validate: string; at: FreezeAt } | 'freeze') => {
  if (message === 'freeze') return void freezeNow('frozen');
  freezeAt = message.at;
  fetches = 0;
  const tell = (code?: string): void => void process.send?.({ code, fetches } satisfies FrozenOutcome);
  powerAuth.validatePassword(message.validate).then(
    () => tell(),
    (error: unknown) => tell((error as { code: string }).code),
  );
});
process.send?.('configured');
