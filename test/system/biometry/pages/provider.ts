/**
 * The provider in a page: the suite, and single calls for a test that says what the authenticator does.
 *
 * @module
 */

import { webAuthnBiometry, type WebAuthnBiometryOptions } from '../../../../src/biometry/webauthn.ts';
import { testBiometryProvider } from '../../../conformance/biometry.ts';
import { serveCalls } from '../../storage/pages/calls.ts';

/** What the test gives the page: the user touches the authenticator, or not. */
declare global {
  var touch: (touched: boolean) => Promise<void>;
}

/** Time after which dialogs end by themselves, ms; undefined is the browser's choice. */
let timeout: number | undefined;

const { credentials } = navigator;
const [create, get] = [credentials.create.bind(credentials), credentials.get.bind(credentials)];
const inTime = <T extends object>(publicKey: T | undefined): T =>
  ({ ...publicKey, ...(timeout === undefined ? {} : { timeout }) }) as T;
credentials.create = (options) => create({ ...options, publicKey: inTime(options?.publicKey) });
credentials.get = (options) => get({ ...options, publicKey: inTime(options?.publicKey) });

/** A user who refuses does nothing until the dialog is gone. */
async function refuse(refused: boolean): Promise<void> {
  timeout = refused ? 100 : undefined;
  await touch(!refused);
}

/** How a call ended, in a form that leaves the page. */
export type Outcome =
  { readonly value: unknown } | { readonly code: string; readonly message: string; readonly cause: string };

async function outcome(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await call() };
  } catch (error) {
    const { code, message, cause } = error as { code?: unknown; message?: unknown; cause?: unknown };
    const name = cause instanceof DOMException ? cause.name : '';
    return { code: String(code), message: String(message), cause: name };
  }
}

const PROMPT = { promptMessage: 'Please approve' };
const signalOf = (giveUpAfter?: number): AbortSignal =>
  giveUpAfter === undefined ? new AbortController().signal : AbortSignal.timeout(giveUpAfter);

serveCalls({
  /** Runs the suite, and answers how each test ended. */
  async runSuite() {
    const tests: { title: string; run: () => Promise<void> }[] = [];
    testBiometryProvider((title, run) => tests.push({ title, run }), {
      name: 'webauthn',
      create: async () => {
        await refuse(false);
        return { provider: webAuthnBiometry(), second: () => webAuthnBiometry(), refuse };
      },
    });
    const results: { title: string; error?: string }[] = [];
    for (const { title, run } of tests) {
      try {
        await run();
        results.push({ title });
      } catch (error) {
        results.push({ title, error: error instanceof Error ? error.message : String(error) });
      }
    }
    return results;
  },
  info: (options?: WebAuthnBiometryOptions) => webAuthnBiometry(options).info(),
  create: (options?: WebAuthnBiometryOptions, giveUpAfter?: number) =>
    outcome(async () => {
      const signal = signalOf(giveUpAfter);
      const made = await webAuthnBiometry(options).create({ prompt: PROMPT, authenticate: true, signal });
      return { secret: [...made.secret], descriptor: [...made.descriptor] };
    }),
  authenticate: (descriptor: readonly number[], giveUpAfter?: number) =>
    outcome(async () => {
      const request = { prompt: PROMPT, signal: signalOf(giveUpAfter) };
      return [...(await webAuthnBiometry().authenticate(Uint8Array.from(descriptor), request))];
    }),
  refuse,
  remove: (descriptor: readonly number[]) =>
    outcome(() => webAuthnBiometry().remove(Uint8Array.from(descriptor))),
});
