/**
 * The whole client in whatever the browser loads this in: a window, a dedicated worker, a service worker. Its storage is
 * the default one of browsers.
 *
 * @module
 */

import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  type PowerAuthConfigurationType,
  type PowerAuthError,
} from '../../../../src/index.ts';
import { RecordKeys } from '../../../../src/session/record-keys.ts';
import { localforageStorage } from '../../../../src/storage/localforage.ts';
import { sealedStorage } from '../../../../src/storage/sealed.ts';
import { readSecrets } from '../../../helpers/secrets.ts';
import { serveCalls } from '../../storage/pages/calls.ts';
import { QUICK_PASSWORDS } from '../../../helpers/passwords.ts';

const INSTANCE = 'browser-test';
const PASSWORD = 'correct horse';

const powerAuth = new PowerAuth(INSTANCE);
const { tokenStore } = powerAuth;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Begins in all tabs and workers together. */
const until = (time: number): Promise<void> => sleep(Math.max(0, time - Date.now()));

async function configure(configuration: PowerAuthConfigurationType): Promise<void> {
  // `http://` on this machine only.
  await powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, QUICK_PASSWORDS);
}

async function activate(code: string): Promise<void> {
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(code, 'browser'));
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
}

async function requestToken(name: string, at: number): Promise<string> {
  await until(at);
  return (await tokenStore.requestAccessToken(name, PowerAuthAuthentication.possession())).tokenIdentifier;
}

/** @returns when it was done */
async function removeToken(name: string): Promise<number> {
  await tokenStore.removeAccessToken(name);
  return Date.now();
}

/** The status that the server answers to a header. */
async function useToken(name: string): Promise<number> {
  const { key, value } = await tokenStore.generateHeaderForToken(name);
  return (await fetch('/api/possession/token', { headers: { [key]: value } })).status;
}

/** Makes headers until there is no token; answers when that was. */
async function untilGone(name: string): Promise<number> {
  for (;;) {
    try {
      await tokenStore.generateHeaderForToken(name);
    } catch (error) {
      if ((error as PowerAuthError).code !== PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE) throw error;
      return Date.now();
    }
    await sleep(10);
  }
}

async function tokenId(name: string): Promise<string> {
  return (await tokenStore.getLocalToken(name)).tokenIdentifier;
}

/** Sends signed requests of the SDK's own, several at once. */
async function validate(count: number, at: number): Promise<void> {
  await until(at);
  await Promise.all(Array.from({ length: count }, () => powerAuth.validatePassword(PASSWORD)));
}

/** Signs requests that are sent to nobody. */
async function sign(count: number, at: number): Promise<string[]> {
  await until(at);
  const signing = Array.from({ length: count }, () =>
    powerAuth.requestSignature(PowerAuthAuthentication.possession(), 'POST', '/own', 'body'),
  );
  return (await Promise.all(signing)).map(({ value }) => value);
}

/** What is stored, unsealed; all in Base64, but for the password. */
async function secrets(tokenName?: string): Promise<Record<string, string>> {
  const storage = localforageStorage();
  const sealed = sealedStorage(storage, async () => {
    if (storage.sealingKey === undefined) throw new Error('no sealing key');
    return storage.sealingKey();
  });
  try {
    return { ...(await readSecrets(sealed, INSTANCE, PASSWORD, tokenName)), password: PASSWORD };
  } finally {
    await storage.close();
  }
}

/** Forgets it here; the server is not told. */
const forgetToken = (name: string): Promise<void> => tokenStore.removeLocalToken(name);

/** Tells the test something, in the order of all requests that the server gets. */
async function report(what: Report): Promise<void> {
  await fetch('/report', { method: 'POST', body: JSON.stringify(what) });
}

/** What the client did in {@link churn}. */
export type Report =
  | { readonly kind: 'got'; readonly name: string; readonly id: string }
  | { readonly kind: 'requesting' | 'removing' | 'removed'; readonly name: string }
  | { readonly kind: 'signed'; readonly header: string }
  | { readonly kind: 'validated' | 'configured' }
  | { readonly kind: 'failed'; readonly error: string };

/** Signs, makes and removes tokens and configures anew, in the order that `choices` gives, until it is ended from outside. */
async function churn(
  configuration: PowerAuthConfigurationType,
  names: readonly string[],
  choices: readonly number[],
): Promise<void> {
  // Not to the server: requests of two clients' own may overtake each other on the way, and one is refused then.
  const signOwn = async (): Promise<void> => {
    for (const header of await sign(1, 0)) await report({ kind: 'signed', header });
  };
  const request = async (name: string): Promise<void> => {
    await report({ kind: 'requesting', name });
    const id = await requestToken(name, 0);
    await report({ kind: 'got', name, id });
  };
  const remove = async (name: string): Promise<void> => {
    await report({ kind: 'removing', name });
    if (!(await tokenStore.hasLocalToken(name))) return;
    await tokenStore.removeAccessToken(name);
    await report({ kind: 'removed', name });
  };
  const configureAnew = async (): Promise<void> => {
    await powerAuth.deconfigure();
    await configure(configuration);
    await report({ kind: 'configured' });
  };
  const validateTwice = async (): Promise<void> => {
    await validate(2, 0);
    await report({ kind: 'validated' });
  };
  try {
    await configure(configuration);
    for (let step = 0; ; step++) {
      const choice = choices[step % choices.length] ?? 0;
      const name = names[Math.floor(choice / 6) % names.length] ?? '';
      const work = [signOwn, request, remove, configureAnew, request, validateTwice][choice % 6];
      await work?.(name);
    }
  } catch (error) {
    await report({
      kind: 'failed',
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}

let victim: Worker | undefined;

/** {@link churn} in a worker of this page. */
async function churnInWorker(...args: Parameters<typeof churn>): Promise<void> {
  victim = new Worker('/main.js', { type: 'module' });
  const { port2: port } = new MessageChannel();
  victim.postMessage({ call: 'churn', args, port }, [port]);
}

async function terminateWorker(): Promise<void> {
  victim?.terminate();
}

const { tokens: tokensOfInstance } = new RecordKeys(INSTANCE);

/** Counts token records, up to so many. */
async function countTokens(limit: number): Promise<number> {
  const storage = localforageStorage();
  let count = 0;
  for await (const key of storage.list(tokensOfInstance)) if (key !== '' && ++count === limit) break;
  await storage.close();
  return count;
}

/** All that a test can call. */
const calls = {
  configure,
  deconfigure: () => powerAuth.deconfigure(),
  activate,
  hasActivation: () => powerAuth.hasValidActivation(),
  requestToken,
  removeToken,
  useToken,
  untilGone,
  tokenId,
  validate,
  sign,
  secrets,
  forgetToken,
  tokenPrefix: async () => tokensOfInstance,
  countTokens,
  churn,
  churnInWorker,
  terminateWorker,
};
export type ClientCalls = typeof calls;

serveCalls(calls);
