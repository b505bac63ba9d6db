/**
 * The playground: a page of the test server in which everything of the client can be tried and taken apart.
 *
 * @module
 */

import { showActivation, startActivation } from './activation.ts';
import { start, stored } from './client.ts';
import { showEncrypted, startEncrypted } from './encrypted.ts';
import { showFaults, startFaults } from './faults.ts';
import { showHeaderSection, startHeader } from './header.ts';
import { showMeasuring, startMeasuring } from './measure.ts';
import { clear, isBusy, reason, show, whenDone } from './page.ts';
import { startScheme } from './scheme.ts';
import { commitActivation } from './server.ts';
import { showServer } from './server-view.ts';
import { showSigned, startSigned } from './signed.ts';
import { observe, showTabs, startTabs } from './tabs.ts';
import { showToken, startToken } from './token.ts';

/** ms between two looks at what other tabs and the server have done. */
const PERIOD = 1000;

/** Shows what is stored here and what the server says. One at a time; the last one counts. */
let refreshing: Promise<void> | undefined;
let again = false;

function refresh(): Promise<void> {
  if (refreshing !== undefined) {
    again = true;
    return refreshing;
  }
  refreshing = (async () => {
    do {
      again = false;
      await showAll();
    } while (again as boolean);
  })().finally(() => (refreshing = undefined));
  return refreshing;
}

async function showAll(): Promise<void> {
  try {
    const now = await stored();
    await showActivation(now);
    showToken(now);
    showHeaderSection(now);
    showSigned(now);
    showEncrypted(now);
    showMeasuring(now);
    await showTabs(now);
    const server = await showServer(now);
    showFaults(now, server);
    clear('server-result');
    // A page that was closed too early has left it so, and nobody else is the bank here.
    if (server.isPending && now.activationId !== undefined) await commitActivation(now.activationId);
  } catch (error) {
    show('server-result', 'bad', `${reason(error)}. Is the server still there?`);
  }
}

for (const begin of [
  startScheme,
  startActivation,
  startToken,
  startHeader,
  startSigned,
  startEncrypted,
  startMeasuring,
  startFaults,
])
  begin();
whenDone(refresh);

try {
  await start(observe);
  await startTabs(() => void refresh());
  await refresh();
  setInterval(() => {
    if (!isBusy() && !document.hidden) void refresh();
  }, PERIOD);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void refresh();
  });
} catch (error) {
  const advice = 'This page needs the admin API beside it, without a token.';
  show('activation-result', 'bad', `${reason(error)}. ${advice}`);
}
