/**
 * The administrator's side of the test server, which only this page and tests use.
 *
 * @module
 */

import type {
  PowerAuthTestActivation,
  PowerAuthTestFault,
  PowerAuthTestRequest,
  PowerAuthTestServer,
} from '../src/testing/index.ts';

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`/admin/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  if (!response.ok) throw new Error(`The server answered ${response.status} to ${method} /admin/${path}`);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

const of = (activationId: string): string => `activations/${encodeURIComponent(activationId)}`;

export const configuration = (): Promise<PowerAuthTestServer['configuration']> => ask('GET', 'configuration');

export const newActivationCode = async (): Promise<string> =>
  (await ask<{ activationCode: string }>('POST', 'activations', { userId: 'alice' })).activationCode;

export const commitActivation = (id: string): Promise<void> => ask('POST', `${of(id)}/commit`);
export const blockActivation = (id: string): Promise<void> => ask('POST', `${of(id)}/block`);
export const unblockActivation = (id: string): Promise<void> => ask('POST', `${of(id)}/unblock`);

/** Undefined if the server doesn't know it, for example after it was started anew. */
export async function activation(id: string): Promise<PowerAuthTestActivation | undefined> {
  const response = await fetch(`/admin/${of(id)}`);
  return response.status === 404 ? undefined : ((await response.json()) as PowerAuthTestActivation);
}

export const revokeToken = (tokenId: string): Promise<void> =>
  ask('DELETE', `tokens/${encodeURIComponent(tokenId)}`);

/** Whether the server accepts a token header, which it does once. */
export const verifyToken = async (header: string): Promise<boolean> =>
  (await ask<{ valid: boolean }>('POST', 'tokens/verify', { header })).valid;

/** The last ones, in order. */
export const requests = (count: number): Promise<readonly PowerAuthTestRequest[]> =>
  ask('GET', `requests?last=${count}`);

/** The faults of all requests from now on. */
export async function setFault(fault: PowerAuthTestFault | undefined): Promise<void> {
  await ask('DELETE', 'faults');
  if (fault !== undefined) await ask('POST', 'faults', fault);
}

/** Those in force, of this page and of others. */
export const faults = (): Promise<readonly PowerAuthTestFault[]> => ask('GET', 'faults');

/** How far the server's clock was moved, ms. */
export const clockOffset = async (): Promise<number> =>
  (await ask<{ offset: number }>('GET', 'clock')).offset;

/** Moves the server's clock, ms. */
export const setClockOffset = (offset: number): Promise<void> => ask('PUT', 'clock', { offset });
