/**
 * The data that an activation is created from.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import {
  parseActivationCode,
  parseRecoveryCode,
  validateRecoveryPuk,
  type ParsedActivationCode,
} from '../protocol/activation-code.ts';
import { hideMembers, keepSecrets } from '../util/hidden.ts';
import { isInstance } from '../util/instance.ts';
import { assertWellFormed, describe, isWellFormed, jsonObject, wrongParameter } from '../util/validate.ts';
import type { PowerAuthOIDCParameters } from './power-auth-oidc-parameters.ts';

/** Members that prove the user's identity, or may do so. */
const SECRETS = [
  'activationCode',
  'recoveryCode',
  'recoveryPuk',
  'identityAttributes',
  'oidcParameters',
  'customAttributes',
  'additionalActivationOtp',
];

/**
 * Data for `PowerAuth.createActivation`, created by one of the static methods. They check nothing; `createActivation`
 * does. Codes, PUK, one-time password and attributes can be read as members, but no JSON, log or copy of the object
 * contains them.
 *
 * @example
 * ```ts
 * const activation = PowerAuthActivation.createWithActivationCode('VVVVV-VVVVV-VVVVV-VTFVA', "Peter's laptop");
 * activation.extras = 'kiosk';
 * await powerAuth.createActivation(activation);
 * ```
 */
export class PowerAuthActivation {
  /** Name under which the server lists the activation; the device's name is a good choice. */
  activationName: string;
  /** Activation code, with or without `#` and its signature. */
  declare activationCode?: string;
  /** Recovery code, with or without `R:` before it. */
  declare recoveryCode?: string;
  /** PUK of the recovery code, 10 digits. */
  declare recoveryPuk?: string;
  /** Proof of the user's identity, in the enrollment server's terms: an object that JSON can represent. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the React Native SDK's type
  declare identityAttributes?: any;
  /** What a login at an OpenID Connect provider has given. */
  declare oidcParameters?: PowerAuthOIDCParameters;
  /** Text that the server keeps with the activation. */
  extras?: string;
  /** An object that JSON can represent, for the enrollment server; not kept with the activation. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the React Native SDK's type
  declare customAttributes?: any;
  /**
   * One-time password that completes the activation at once, if the server expects one. Only with an activation code.
   */
  declare additionalActivationOtp?: string;

  static {
    hideMembers(this.prototype, SECRETS);
  }

  private constructor(activationName: string) {
    keepSecrets(this);
    this.activationName = activationName;
  }

  /**
   * An activation by code.
   *
   * @param activationCode as typed, or as scanned from a QR code with its signature
   * @param name name for the activation
   * @example
   * ```ts
   * const activation = PowerAuthActivation.createWithActivationCode('VVVVV-VVVVV-VVVVV-VTFVA', 'My laptop');
   * activation.additionalActivationOtp = '123456';
   * ```
   */
  static createWithActivationCode(activationCode: string, name: string): PowerAuthActivation {
    const activation = new PowerAuthActivation(name);
    activation.activationCode = activationCode;
    return activation;
  }

  /**
   * An activation that recovers a lost one: it is active at once, and the activation that the code belongs to is
   * removed.
   *
   * @param recoveryCode as typed, or as scanned from a QR code with `R:`
   * @param recoveryPuk 10 digits; if a code has several, they are used in order
   * @param name name for the activation
   * @example
   * ```ts
   * const activation = PowerAuthActivation.createWithRecoveryCode('VVVVV-VVVVV-VVVVV-VTFVA', '0123456789', 'New laptop');
   * await powerAuth.createActivation(activation);
   * ```
   */
  static createWithRecoveryCode(
    recoveryCode: string,
    recoveryPuk: string,
    name: string,
  ): PowerAuthActivation {
    const activation = new PowerAuthActivation(name);
    activation.recoveryCode = recoveryCode;
    activation.recoveryPuk = recoveryPuk;
    return activation;
  }

  /**
   * An activation by any proof of identity that the enrollment server accepts.
   *
   * @param identityAttributes an object with at least one attribute; the server decides what they mean
   * @param name name for the activation
   * @example
   * ```ts
   * const credentials = { username: 'john.doe@example.com', password: 'YBzBEM' };
   * await powerAuth.createActivation(PowerAuthActivation.createWithIdentityAttributes(credentials, 'My laptop'));
   * ```
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the React Native SDK's type
  static createWithIdentityAttributes(identityAttributes: any, name: string): PowerAuthActivation {
    const activation = new PowerAuthActivation(name);
    activation.identityAttributes = identityAttributes as unknown;
    return activation;
  }

  /**
   * An activation by a login at an OpenID Connect provider. The server exchanges the code, and checks the ID token and
   * its nonce. The activation is active at once.
   *
   * @param oidcParameters what the login has given
   * @param name name for the activation
   * @example
   * ```ts
   * const oidcParameters = { providerId: 'bank-id', code, nonce, codeVerifier };
   * await powerAuth.createActivation(PowerAuthActivation.createWithOIDCParameters(oidcParameters, 'My laptop'));
   * ```
   */
  static createWithOIDCParameters(
    oidcParameters: PowerAuthOIDCParameters,
    name: string,
  ): PowerAuthActivation {
    const activation = new PowerAuthActivation(name);
    activation.oidcParameters = oidcParameters;
    return activation;
  }
}

/**
 * How the user's identity is proved.
 *
 * @internal
 */
export type ActivationProof =
  | { readonly type: 'CODE'; readonly code: ParsedActivationCode }
  | { readonly type: 'RECOVERY'; readonly recoveryCode: string; readonly puk: string }
  | { readonly type: 'CUSTOM' | 'DIRECT'; readonly identityAttributes: Readonly<Record<string, unknown>> };

/**
 * A checked copy of a PowerAuthActivation.
 *
 * @internal
 */
export interface BuiltActivation {
  readonly activationName: string;
  readonly proof: ActivationProof;
  readonly extras: string | undefined;
  readonly customAttributes: Readonly<Record<string, unknown>> | undefined;
  readonly activationOtp: string | undefined;
}

/**
 * Checks and copies.
 *
 * @throws INVALID_ACTIVATION_OBJECT, INVALID_ACTIVATION_CODE, INVALID_RECOVERY_CODE, INVALID_ACTIVATION_DATA,
 *   WRONG_PARAMETER
 * @internal
 */
export function buildActivation(input: unknown): BuiltActivation {
  const fields = readFields(input);
  const proof = buildProof(fields);
  const { activationName, extras, customAttributes, additionalActivationOtp } = fields;
  if (typeof activationName !== 'string' || activationName === '') {
    throw wrongParameter('activation.activationName', 'a non-empty string', activationName);
  }
  assertWellFormed(activationName, 'activation.activationName');
  return {
    activationName,
    proof,
    extras: optionalText(extras, 'extras'),
    customAttributes:
      customAttributes === undefined || customAttributes === null
        ? undefined
        : jsonObject(customAttributes, 'activation.customAttributes'),
    activationOtp: buildOtp(optionalText(additionalActivationOtp, 'additionalActivationOtp'), proof),
  };
}

const FIELDS = [
  'activationName',
  'activationCode',
  'recoveryCode',
  'recoveryPuk',
  'identityAttributes',
  'oidcParameters',
  'extras',
  'customAttributes',
  'additionalActivationOtp',
] as const;

type Fields = Readonly<Record<(typeof FIELDS)[number], unknown>>;

/** The object's fields, each read once. */
function readFields(input: unknown): Fields {
  try {
    if (isInstance(input, PowerAuthActivation)) {
      return Object.fromEntries(FIELDS.map((field) => [field, input[field] as unknown])) as Fields;
    }
  } catch {
    // An object that can't be read isn't an activation.
  }
  throw invalidObject();
}

function buildProof(fields: Fields): ActivationProof {
  const { activationCode, recoveryCode, recoveryPuk, identityAttributes, oidcParameters } = fields;
  if (typeof activationCode === 'string') return { type: 'CODE', code: parseActivationCode(activationCode) };
  if (typeof recoveryCode === 'string' && typeof recoveryPuk === 'string') {
    const code = parseRecoveryCode(recoveryCode);
    if (validateRecoveryPuk(recoveryPuk)) return { type: 'RECOVERY', recoveryCode: code, puk: recoveryPuk };
    throw failure(
      PowerAuthErrorCode.INVALID_RECOVERY_CODE,
      'activation.recoveryPuk: expected 10 digits, got something else',
    );
  }
  if (identityAttributes === undefined && oidcParameters !== undefined) {
    return { type: 'DIRECT', identityAttributes: oidcAttributes(oidcParameters) };
  }
  if (typeof identityAttributes !== 'object' || identityAttributes === null) throw invalidObject();
  const attributes = jsonObject(identityAttributes, 'activation.identityAttributes');
  if (Object.keys(attributes).length > 0) return { type: 'CUSTOM', identityAttributes: attributes };
  throw failure(
    PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
    'activation.identityAttributes: expected at least one attribute, got none',
  );
}

/** Native SDKs check no more than this; what it means, only the provider knows. */
const OIDC_PARAMETERS = ['providerId', 'code', 'nonce'] as const;

function oidcAttributes(parameters: unknown): Readonly<Record<string, string>> {
  let given: Readonly<Record<string, unknown>> = {};
  try {
    given = { ...(Object(parameters) as object) };
  } catch {
    // Parameters that can't be read are missing.
  }
  const { codeVerifier } = given;
  const attributes: Record<string, unknown> = { method: 'oidc' };
  for (const name of OIDC_PARAMETERS) attributes[name] = given[name];
  if (codeVerifier !== undefined) attributes['codeVerifier'] = codeVerifier;
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string' && value !== '' && isWellFormed(value)) continue;
    throw failure(
      PowerAuthErrorCode.INVALID_ACTIVATION_OBJECT,
      `activation.oidcParameters.${name}: expected a non-empty string, got ${describe(value)}`,
    );
  }
  return attributes as Record<string, string>;
}

function buildOtp(otp: string | undefined, proof: ActivationProof): string | undefined {
  if (otp === undefined || (otp !== '' && proof.type === 'CODE')) return otp;
  throw failure(
    PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
    'activation.additionalActivationOtp: expected a non-empty string with an activation code, or none; got an empty one, or one with another kind of activation',
  );
}

function optionalText(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongParameter(`activation.${field}`, 'a string or undefined', value);
  assertWellFormed(value, `activation.${field}`);
  return value;
}

function invalidObject(): Error {
  return failure(
    PowerAuthErrorCode.INVALID_ACTIVATION_OBJECT,
    'activation: expected an object made by PowerAuthActivation.createWithActivationCode, createWithRecoveryCode, createWithIdentityAttributes or createWithOIDCParameters, with parameters of the right types',
  );
}
