/**
 * The only error class of this package, and its codes.
 *
 * @module
 */

import { showInConsole } from '#inspect';
import { isInstance } from './util/instance.ts';

/**
 * Codes of {@link PowerAuthError}. Each value equals its name, as in `react-native-powerauth-mobile-sdk`.
 * docs/errors.md says when each occurs and what an app should do.
 *
 * @example
 * ```ts
 * if (error.code === PowerAuthErrorCode.NETWORK_ERROR) show('Try again later');
 * ```
 */
export const PowerAuthErrorCode = {
  /** For operations that succeed; never thrown. */
  SUCCEED: 'SUCCEED',
  /** No connection, a time-out, or an answer that broke off. */
  NETWORK_ERROR: 'NETWORK_ERROR',
  /** HTTP 401: the server refused the signature, the token or the activation. */
  AUTHENTICATION_ERROR: 'AUTHENTICATION_ERROR',
  /** An HTTP status other than 200, or an answer that doesn't follow the protocol. See {@link PowerAuthErrorData}. */
  RESPONSE_ERROR: 'RESPONSE_ERROR',
  /** The signature could not be computed: the password is too short to be one. */
  SIGNATURE_ERROR: 'SIGNATURE_ERROR',
  /** The activation is in a state that does not allow the call. */
  INVALID_ACTIVATION_STATE: 'INVALID_ACTIVATION_STATE',
  /**
   * The persisted activation data is damaged, foreign or can't be unsealed; the server does not know the activation; or
   * the data for a new activation doesn't fit together.
   */
  INVALID_ACTIVATION_DATA: 'INVALID_ACTIVATION_DATA',
  /** The call needs an activation, and there is none. */
  MISSING_ACTIVATION: 'MISSING_ACTIVATION',
  /** The call needs a committed activation, and the current one waits for its commit. */
  PENDING_ACTIVATION: 'PENDING_ACTIVATION',
  /**
   * The SDK itself abandoned an operation in progress: the instance was deconfigured, lost its activation, or slept and
   * lost a lock.
   */
  OPERATION_CANCELED: 'OPERATION_CANCELED',
  /** The activation code is malformed. Nothing was sent. */
  INVALID_ACTIVATION_CODE: 'INVALID_ACTIVATION_CODE',
  /** The token to be removed is unknown. */
  INVALID_TOKEN: 'INVALID_TOKEN',
  /** For native encryptors that can only decrypt; never thrown here. */
  INVALID_ENCRYPTOR: 'INVALID_ENCRYPTOR',
  /** End-to-end encryption or decryption failed. */
  ENCRYPTION_ERROR: 'ENCRYPTION_ERROR',
  /** A parameter has a wrong type, length or content. */
  WRONG_PARAMETER: 'WRONG_PARAMETER',
  /** The protocol upgrade failed; never thrown here, where activations start with the newest protocol. */
  PROTOCOL_UPGRADE: 'PROTOCOL_UPGRADE',
  /** The call is not available during a protocol upgrade; never thrown here. */
  PENDING_PROTOCOL_UPGRADE: 'PENDING_PROTOCOL_UPGRADE',
  /**
   * The user cancelled the biometric authentication. In browsers also: the user was not recognised, didn't respond in
   * time, or has deleted the passkey; a browser doesn't say which.
   */
  BIOMETRY_CANCEL: 'BIOMETRY_CANCEL',
  /** The user chose another way instead of biometric authentication, with providers that offer one; passkeys don't. */
  BIOMETRY_FALLBACK: 'BIOMETRY_FALLBACK',
  /** The platform has no biometric authentication. */
  BIOMETRY_NOT_SUPPORTED: 'BIOMETRY_NOT_SUPPORTED',
  /** Biometric authentication is temporarily unavailable. */
  BIOMETRY_NOT_AVAILABLE: 'BIOMETRY_NOT_AVAILABLE',
  /** The activation has no biometry factor. */
  BIOMETRY_NOT_CONFIGURED: 'BIOMETRY_NOT_CONFIGURED',
  /** Biometric authentication is not set up on the device. */
  BIOMETRY_NOT_ENROLLED: 'BIOMETRY_NOT_ENROLLED',
  /**
   * Biometric authentication is locked after too many failures; reported by providers that can tell, which browsers
   * can't.
   */
  BIOMETRY_LOCKOUT: 'BIOMETRY_LOCKOUT',
  /** The user was not recognised; reported by providers that can tell, which browsers can't. */
  BIOMETRY_NOT_RECOGNIZED: 'BIOMETRY_NOT_RECOGNIZED',
  /** The key store's protection is below the required level. */
  INSUFFICIENT_KEYCHAIN_PROTECTION: 'INSUFFICIENT_KEYCHAIN_PROTECTION',
  /** iOS only; never thrown here. */
  WATCH_CONNECTIVITY: 'WATCH_CONNECTIVITY',
  /** The call was refused before the protocol was reached, for example a second `configure`. */
  REACT_NATIVE_ERROR: 'REACT_NATIVE_ERROR',
  /** `configure` has not been called. */
  INSTANCE_NOT_CONFIGURED: 'INSTANCE_NOT_CONFIGURED',
  /** The typed character cannot belong to an activation code. */
  INVALID_CHARACTER: 'INVALID_CHARACTER',
  /** The recovery code or its PUK is malformed. Nothing was sent. */
  INVALID_RECOVERY_CODE: 'INVALID_RECOVERY_CODE',
  /**
   * There is no valid time for a header or an encrypted request, because the application's own clock is wrong; or no
   * memory for the token.
   */
  CANNOT_GENERATE_TOKEN: 'CANNOT_GENERATE_TOKEN',
  /** There is no local token of this name. */
  LOCAL_TOKEN_NOT_AVAILABLE: 'LOCAL_TOKEN_NOT_AVAILABLE',
  /** Biometric authentication failed otherwise; see `cause`. */
  BIOMETRY_FAILED: 'BIOMETRY_FAILED',
  /** iOS only; never thrown here. */
  EXTERNAL_PENDING_OPERATION: 'EXTERNAL_PENDING_OPERATION',
  /** @deprecated Never thrown; `WRONG_PARAMETER` is reported instead. */
  PASSWORD_NOT_SET: 'PASSWORD_NOT_SET',
  /** The activation object wasn't made by `PowerAuthActivation` with parameters of the right types. */
  INVALID_ACTIVATION_OBJECT: 'INVALID_ACTIVATION_OBJECT',
  /** Any other failure, including that of a storage; see `cause`. */
  UNKNOWN_ERROR: 'UNKNOWN_ERROR',
  /** The object was released, or its content was used up. */
  INVALID_NATIVE_OBJECT: 'INVALID_NATIVE_OBJECT',
  /** A digital signature is not valid; from `verifyDigitalSignature`. */
  WRONG_SIGNATURE: 'WRONG_SIGNATURE',
  /** Of newer versions of the SDK; never thrown here: NETWORK_ERROR and RESPONSE_ERROR say why there is no time. */
  TIME_SYNCHRONIZATION: 'TIME_SYNCHRONIZATION',
  /** Of newer versions of the SDK; never thrown here: INVALID_ACTIVATION_DATA names the version of a record. */
  UPGRADE_SDK: 'UPGRADE_SDK',
  /** Of newer versions of the SDK; never thrown here: UNKNOWN_ERROR is reported instead. */
  OTHER: 'OTHER',
} as const;

/** One of the values of the constant object of the same name. */
export type PowerAuthErrorCode = (typeof PowerAuthErrorCode)[keyof typeof PowerAuthErrorCode];

/**
 * The data of a server's refusal. Every field is present only if the server sent it. An answer of status 200 that
 * doesn't follow the protocol carries only its status.
 *
 * @example
 * ```ts
 * const { httpStatusCode } = error.errorData as PowerAuthErrorData;
 * ```
 */
export interface PowerAuthErrorData {
  /** HTTP status code. */
  readonly httpStatusCode?: number;
  /** `responseObject.code` of a PowerAuth error answer, for example `ERR_AUTHENTICATION`; cut after 4096 characters. */
  readonly serverResponseCode?: string;
  /** `responseObject.message` of a PowerAuth error answer, cut after 4096 characters. */
  readonly serverResponseMessage?: string;
  /** The body as text, cut after 4096 characters. */
  readonly responseBody?: string;
  /** The PUK index that the server expects, after a failed recovery activation. */
  readonly currentRecoveryPukIndex?: number;
}

/**
 * The only error that this package throws or rejects with. `message` names the field, what was expected and what was
 * received; it never contains a secret.
 *
 * @example
 * ```ts
 * try {
 *   await powerAuth.tokenStore.generateHeaderForToken('MyToken');
 * } catch (e) {
 *   if (e instanceof PowerAuthError && e.code === PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE) {
 *     await powerAuth.tokenStore.requestAccessToken('MyToken', PowerAuthAuthentication.possession());
 *   }
 * }
 * ```
 */
export class PowerAuthError extends Error {
  /** Always `PowerAuthError`. */
  override readonly name = 'PowerAuthError';
  /** What went wrong, as one of {@link PowerAuthErrorCode}. */
  readonly code: PowerAuthErrorCode;
  /**
   * What the server answered, as {@link PowerAuthErrorData}, for the codes that come from an answer; undefined
   * otherwise. Its type is the React Native SDK's, so that programs written for that compile.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  readonly errorData: any;
  /**
   * Creates an error. The parameters and their order are those of the React Native SDK.
   *
   * @param exception the underlying error, or undefined. If its code, message or error data are not given here, they
   *   are taken from it. It needn't be an Error: the value that {@link toJSON} returns becomes an error again. So does
   *   the copy that `structuredClone` and `postMessage` make of an error in V8 (Node, Chromium), which keeps code and
   *   message
   * @param message what is wrong, without any secret
   * @param code one of {@link PowerAuthErrorCode}; default: UNKNOWN_ERROR
   * @param errorData what the server answered
   * @example
   * ```ts
   * throw new PowerAuthError(undefined, 'No connection', PowerAuthErrorCode.NETWORK_ERROR);
   * ```
   */
  constructor(
    exception: unknown,
    message?: string,
    code?: PowerAuthErrorCode,
    errorData?: PowerAuthErrorData,
  ) {
    const below = inheritedFrom(exception);
    super(
      message ?? below.message ?? code ?? below.code ?? PowerAuthErrorCode.UNKNOWN_ERROR,
      exception === undefined || exception === null ? undefined : { cause: exception },
    );
    this.code = code ?? below.code ?? PowerAuthErrorCode.UNKNOWN_ERROR;
    this.errorData = errorData ?? below.errorData;
    const { stack } = this as { readonly stack?: unknown };
    if (typeof stack === 'string' && V8_STACK_HEAD.test(stack)) {
      const value = stack.replace(V8_STACK_HEAD, () => stackHead(this));
      Object.defineProperty(this, 'stack', { value, writable: true, configurable: true });
    }
  }

  /** The underlying error, the same object as `cause`; undefined if there is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- so that `originalException.message` compiles, as there
  get originalException(): any {
    return this.cause;
  }

  /**
   * The part of this error that goes into JSON, and through `postMessage` in any engine. `new PowerAuthError` turns it
   * into an error again. It lacks the underlying error and the stack.
   *
   * @example
   * ```ts
   * const copy: unknown = structuredClone(error.toJSON()); // as postMessage does
   * console.error(new PowerAuthError(copy).code);
   * ```
   */
  toJSON(): {
    /** 'PowerAuthError' */
    name: string;
    /** One of {@link PowerAuthErrorCode}. */
    code: PowerAuthErrorCode;
    /** What is wrong, without any secret. */
    message: string;
    /** What the server answered, for the codes that come from an answer. */
    errorData?: PowerAuthErrorData;
  } {
    const errorData = this.errorData as PowerAuthErrorData | undefined;
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      ...(errorData === undefined ? {} : { errorData }),
    };
  }

  /**
   * One line for a log: code, message, HTTP status and server code if there are any, and the underlying error. It
   * contains no secret.
   *
   * @example
   * ```ts
   * console.error(error.print()); // PowerAuthError RESPONSE_ERROR: … (400 ERR_ACTIVATION)
   * ```
   */
  print(): string {
    const { httpStatusCode, serverResponseCode } = (this.errorData ?? {}) as PowerAuthErrorData;
    const server = [httpStatusCode, serverResponseCode].filter((part) => part !== undefined).join(' ');
    const below =
      this.originalException === undefined ? '' : `; cause: ${describeError(this.originalException)}`;
    return oneLine(
      `${this.name} ${this.code}: ${this.message}${server === '' ? '' : ` (${server})`}${below}`,
    );
  }
}

showInConsole(PowerAuthError, titleOf, describeError);

/** The name that V8 writes at the beginning of a stack. */
const V8_STACK_HEAD = /^(?:PowerAuth)?Error(?=:|\n|$)/;

/** The beginning of our errors' stacks, in the form of Node's own errors with codes. */
const stackHead = ({ name, code }: PowerAuthError): string => `${name} [${code}]`;

function titleOf(error: PowerAuthError): string {
  return `${stackHead(error)}: ${error.message}`;
}

/**
 * The code in the stack of a copy that was made by structured cloning, which keeps only the message and the stack of an
 * error.
 */
function codeInStack(stack: unknown): string | undefined {
  return typeof stack === 'string' ? /^PowerAuthError \[(\w+)\]/.exec(stack)?.[1] : undefined;
}

/**
 * Foreign text within one of our lines: characters that could start a new line become spaces.
 *
 * @internal
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/**
 * Any error as one line: a PowerAuthError prints itself, any other Error its name and message, any other value its
 * text.
 */
export function describeError(error: unknown): string {
  try {
    if (isInstance(error, PowerAuthError)) return error.print();
    if (isInstance(error, Error)) return oneLine(`${error.name}: ${error.message}`);
    return oneLine(String(error));
  } catch {
    return 'an object that has no text';
  }
}

interface Inherited {
  readonly message?: string | undefined;
  readonly code?: PowerAuthErrorCode | undefined;
  readonly errorData?: PowerAuthErrorData | undefined;
}

/** What a new error takes from the underlying one. */
function inheritedFrom(exception: unknown): Inherited {
  try {
    // Errors of native modules have `userInfo` instead of `errorData`.
    const {
      message,
      stack,
      code = codeInStack(stack),
      errorData,
      userInfo,
    } = Object(exception) as Record<string, unknown>;
    return {
      message: typeof message === 'string' && message !== '' ? message : undefined,
      code: isCode(code) ? code : undefined,
      errorData: (errorData ?? userInfo) as PowerAuthErrorData | undefined,
    };
  } catch {
    // Nothing can be taken from an error that can't be read.
    return {};
  }
}

const isCode = (value: unknown): value is PowerAuthErrorCode =>
  typeof value === 'string' && Object.hasOwn(PowerAuthErrorCode, value);

/**
 * Creates a {@link PowerAuthError}, with the parameters in an order that reads well at a `throw`.
 *
 * @internal
 */
export function failure(
  code: PowerAuthErrorCode,
  message: string,
  details: { cause?: unknown; errorData?: PowerAuthErrorData } = {},
): PowerAuthError {
  return new PowerAuthError(details.cause, message, code, details.errorData);
}
