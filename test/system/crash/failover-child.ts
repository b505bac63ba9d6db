/** A client that works while a primary falls, and says what was confirmed to it. */

import { configureClient, type ClientSetup } from '../fleet/client-setup.ts';
import { Load } from './failover-load.ts';

/** What it is told: at first its task, then to work with new names, and to rest. */
export type FailoverOrder =
  | { readonly setup: ClientSetup }
  | { readonly names: string }
  | { readonly rest: true }
  | { readonly tell: true };

/** What it says when it is asked how it is going. */
export interface FailoverWord {
  readonly accepted: number;
  readonly errors: readonly string[];
}

/** What it says when it rests: the tokens whose removal was confirmed. */
export interface FailoverNews {
  readonly removed: readonly string[];
}

let client: ReturnType<typeof configureClient> | undefined;
let baseUrl = '';
let load: Load | undefined;

async function obey(order: FailoverOrder): Promise<void> {
  if ('setup' in order) {
    baseUrl = order.setup.configuration.baseEndpointUrl;
    client = configureClient(order.setup);
  } else if ('names' in order) {
    if (client !== undefined) load = new Load(await client, baseUrl, order.names);
  } else if ('tell' in order) {
    const { accepted = 0, errors } = load ?? {};
    process.send?.({ accepted, errors: errors?.texts ?? [] } satisfies FailoverWord);
  } else {
    await load?.stop();
    process.send?.({ removed: [...(load?.removed ?? [])] } satisfies FailoverNews);
  }
}

let obeyed = Promise.resolve();
process.on('message', (order: FailoverOrder) => {
  obeyed = obeyed.then(() => obey(order));
});
