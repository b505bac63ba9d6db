/** A client that does one thing again and again, and says what was confirmed to it, until it is killed. */

import { PowerAuthAuthentication } from '../../../src/index.ts';
import { configureClient, sendSigned, type ClientSetup } from '../fleet/client-setup.ts';

/** What it is told at first. */
export interface CrashTask {
  readonly setup: ClientSetup;
  readonly work: Work;
  /** What its tokens' names begin with. */
  readonly names: string;
}

/** What it says. */
export type CrashNews =
  | { readonly begun: true }
  /** A request that was signed with a counter value of its own. */
  | { readonly status: number }
  | { readonly got: string }
  | { readonly removing: string };

const tell = (news: CrashNews): void => void process.send?.(news);
const possession = PowerAuthAuthentication.possession();

const works = {
  async sign({ setup }: CrashTask): Promise<void> {
    const powerAuth = await configureClient(setup);
    tell({ begun: true });
    for (;;) tell({ status: await sendSigned(powerAuth, setup.configuration.baseEndpointUrl) });
  },
  async requestAccessToken({ setup, names }: CrashTask): Promise<void> {
    const { tokenStore } = await configureClient(setup);
    tell({ begun: true });
    for (let i = 0; ; i++) {
      const name = `${names}/${i}`;
      await tokenStore.requestAccessToken(name, possession);
      tell({ got: name });
    }
  },
  async removeAccessToken({ setup, names }: CrashTask): Promise<void> {
    const { tokenStore } = await configureClient(setup);
    for (let i = 0; ; i++) {
      const name = `${names}/${i}`;
      await tokenStore.requestAccessToken(name, possession);
      tell({ got: name });
      if (i === 0) tell({ begun: true });
      tell({ removing: name });
      await tokenStore.removeAccessToken(name);
    }
  },
  async configure({ setup }: CrashTask): Promise<void> {
    tell({ begun: true });
    for (;;) {
      const powerAuth = await configureClient(setup);
      await powerAuth.hasValidActivation();
      await powerAuth.deconfigure();
    }
  },
} as const;

export type Work = keyof typeof works;

process.once('message', (task: CrashTask) => void works[task.work](task));
