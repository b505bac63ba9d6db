import { powerAuthFetch } from '../../../../src/fetch.ts';
import { PowerAuth, PowerAuthError } from '../../../../src/index.ts';

/** Requests of a page, without an activation: what comes back, or why not. */
async function ask(bank: string, path: string, redirect?: RequestRedirect): Promise<unknown> {
  const send = powerAuthFetch(new PowerAuth('redirects'), { origins: [bank] });
  try {
    const { status, type } = await send(bank + path, {
      headers: { 'X-PowerAuth-Token': 'mine' },
      ...(redirect && { redirect }),
    });
    return status === 0 ? type : status;
  } catch (error) {
    return error instanceof PowerAuthError ? error.code : (error as Error).name;
  }
}

Object.assign(globalThis, { ask });
