/**
 * What the server knows, beside the sections.
 *
 * @module
 */

import type { Stored } from './client.ts';
import type { PowerAuthTestRequest } from '../src/testing/index.ts';
import { badge, byId, make } from './page.ts';
import type { ServerState } from './faults.ts';
import { activation, clockOffset, faults, requests } from './server.ts';

const SHOWN = 14;

function showRequests(latest: readonly PowerAuthTestRequest[]): void {
  byId('server-requests').replaceChildren(
    ...latest
      .toReversed()
      .map(({ method, path, time, status }) =>
        make(
          'li',
          {},
          make('time', {}, new Date(time).toLocaleTimeString('en-GB')),
          make('span', { class: 'path' }, `${method} ${path}`),
          make(
            'span',
            { class: 'status', 'data-look': status === undefined || status >= 400 ? 'bad' : 'good' },
            String(status ?? 'no answer'),
          ),
        ),
      ),
  );
}

export async function showServer({ activationId }: Stored): Promise<ServerState> {
  const [it, received, inForce, offset] = await Promise.all([
    activationId === undefined ? undefined : activation(activationId),
    requests(SHOWN),
    faults(),
    clockOffset(),
  ]);
  const state = it?.state ?? (activationId === undefined ? 'none' : 'unknown to the server');
  byId('server-state').textContent = state;
  byId('server-user').textContent = it?.userId ?? '–';
  byId('server-counter').textContent = String(it?.counter ?? '–');
  byId('server-failures').textContent = it === undefined ? '–' : `${it.failCount} of ${it.maxFailCount}`;
  byId('server-tokens').textContent = String(it?.tokens.length ?? '–');
  byId('activation-state').hidden = activationId === undefined;
  badge('activation-state', state === 'ACTIVE' ? 'good' : 'bad', state);
  showRequests(received);
  byId('activation-unknown').hidden = activationId === undefined || it !== undefined;
  return {
    isPending: state === 'PENDING_COMMIT',
    isBlocked: state === 'BLOCKED',
    faults: inForce,
    clockOffset: offset,
  };
}
