/**
 * Failures, as the user and the calling program see them.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode, type PowerAuthErrorData } from '../errors.ts';
import { unlessAborted } from '../util/abort.ts';

/** Exit codes; docs/cli.md describes them. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  noActivation: 3,
  refused: 4,
  otherAnswer: 5,
  network: 6,
  storage: 7,
  interrupted: 130,
} as const;

const BY_CODE: Partial<Record<PowerAuthErrorCode, number>> = {
  WRONG_PARAMETER: EXIT.usage,
  INVALID_ACTIVATION_CODE: EXIT.usage,
  INVALID_ACTIVATION_STATE: EXIT.usage,
  SIGNATURE_ERROR: EXIT.usage,
  MISSING_ACTIVATION: EXIT.noActivation,
  PENDING_ACTIVATION: EXIT.noActivation,
  LOCAL_TOKEN_NOT_AVAILABLE: EXIT.noActivation,
  INVALID_TOKEN: EXIT.noActivation,
  AUTHENTICATION_ERROR: EXIT.refused,
  ENCRYPTION_ERROR: EXIT.otherAnswer,
  NETWORK_ERROR: EXIT.network,
  INVALID_ACTIVATION_DATA: EXIT.storage,
  INVALID_NATIVE_OBJECT: EXIT.storage,
  UNKNOWN_ERROR: EXIT.storage,
};

const UNKNOWN_TO_SERVER = /; the server does not know the activation$/;

/** Where the code alone would tell something else: INVALID_ACTIVATION_DATA and UNKNOWN_ERROR are mostly the storage's. */
const BY_MESSAGE: readonly (readonly [message: RegExp, exitCode: number])[] = [
  [UNKNOWN_TO_SERVER, EXIT.noActivation],
  [/^activationCode: /, EXIT.usage],
  [/^Something failed that should not/, EXIT.unexpected],
];

/** The exit code of a command that failed with this error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (!(error instanceof PowerAuthError)) return EXIT.unexpected;
  if (error.code !== PowerAuthErrorCode.RESPONSE_ERROR) {
    const [, exitCode = BY_CODE[error.code]] =
      BY_MESSAGE.find(([message]) => message.test(error.message)) ?? [];
    return exitCode ?? EXIT.unexpected;
  }
  const { httpStatusCode = 0, serverResponseCode } = (error.errorData ?? {}) as PowerAuthErrorData;
  const isRefusal = httpStatusCode === 403 || (serverResponseCode !== undefined && httpStatusCode < 500);
  return isRefusal ? EXIT.refused : EXIT.otherAnswer;
}

/** A mistake in how the program was called. */
export const usage = (message: string): PowerAuthError =>
  failure(PowerAuthErrorCode.WRONG_PARAMETER, message);

/** The user has interrupted the command. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted');
  }
}

/**
 * Waits for something that may never come, such as the other end of a pipe.
 *
 * @throws Interrupted if the user interrupts the command first
 */
export async function unlessInterrupted<T>(coming: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await unlessAborted(coming, signal);
  } catch (error) {
    throw signal.aborted ? new Interrupted() : error;
  }
}

/** The error as `--json` shows it. */
export function errorObject(error: unknown): { code: string; message: string; errorData: unknown } {
  if (error instanceof PowerAuthError) {
    return { code: error.code, message: messageOf(error), errorData: (error.errorData as unknown) ?? null };
  }
  const code =
    error instanceof Interrupted ? PowerAuthErrorCode.OPERATION_CANCELED : PowerAuthErrorCode.UNKNOWN_ERROR;
  return { code, message: messageOf(error), errorData: null };
}

/** The library's messages name its own settings and methods; here they have other names. */
const OWN_NAMES: readonly (readonly [library: string | RegExp, own: string])[] = [
  ['configuration.baseEndpointUrl', 'baseEndpointUrl'],
  ['clientConfiguration.enableUnsecureTraffic allows it', '--insecure-http allows it'],
  ['get one with requestAccessToken', '`powerauth-wasm token get` gets one'],
  ['create one with createActivation and commitActivation first', '`powerauth-wasm activate` creates one'],
  ['or pass another storage to configure', 'or name another store with --store'],
  [/fetchActivationStatus tells which.*/, '`powerauth-wasm status` tells which'],
  [
    UNKNOWN_TO_SERVER,
    '; the server does not know the activation. `powerauth-wasm remove --local` removes it here',
  ],
];

/** What to say of an error: no stack, and no secret. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return OWN_NAMES.reduce((text, [name, own]) => text.replace(name, own), message);
}
