/**
 * The PowerAuth application and server that an instance belongs to.
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { PowerAuthErrorCode } from '../errors.ts';
import { importPublicKey } from '../protocol/keys.ts';
import { decodeSdkConfiguration, type SdkConfiguration } from '../protocol/sdk-configuration.ts';
import { base64Decode } from '../util/base64.ts';
import { check } from '../util/validate.ts';
import { PowerAuthAlgorithm } from './power-auth-algorithm.ts';

/**
 * The four values that the administrator of a PowerAuth server hands out for an application.
 *
 * @example
 * ```ts
 * const configuration: PowerAuthConfigurationType = {
 *   applicationKey,
 *   applicationSecret,
 *   masterServerPublicKey,
 *   baseEndpointUrl: 'https://bank.example/enrollment',
 * };
 * ```
 */
export interface PowerAuthConfigurationType {
  /** APPLICATION_KEY: Base64 of 16 bytes; names the application's version. */
  readonly applicationKey: string;
  /** APPLICATION_SECRET: Base64 of 16 bytes. */
  readonly applicationSecret: string;
  /** KEY_SERVER_MASTER_PUBLIC: Base64 of a P-256 point, 33 bytes (compressed) or 65. */
  readonly masterServerPublicKey: string;
  /** Base URL of the PowerAuth Standard RESTful API, the part before `/pa/...`, without user, query and fragment. */
  readonly baseEndpointUrl: string;
  /** The first three values in one string, if they were given as such; see {@link PowerAuthConfigurationString}. */
  readonly configuration?: string;
  /** The algorithm, of which there is one. Default {@link PowerAuthAlgorithm.LEGACY}. */
  readonly algorithm?: PowerAuthAlgorithm;
  /** Number of digits of each component of an offline signature, 4 to 8. Default 8; client and server agree on it. */
  readonly offlineAuthenticationCodeComponentLength?: number;
}

/**
 * {@link PowerAuthConfigurationType} with the first three values in one string, as the native SDKs take it from 1.8 on,
 * and the React Native SDK from 4.0 on.
 *
 * @example
 * ```ts
 * const configuration: PowerAuthConfigurationString = {
 *   configuration: mobileSdkConfig,
 *   baseEndpointUrl: 'https://bank.example/enrollment',
 * };
 * await powerAuth.configure(configuration);
 * ```
 */
export interface PowerAuthConfigurationString {
  /** `mobileSdkConfig` of the server's application: Base64 of its keys. A key of protocol 3 must be among them. */
  readonly configuration: string;
  /** The same as in {@link PowerAuthConfigurationType}. */
  readonly baseEndpointUrl: string;
  /** The same as in {@link PowerAuthConfigurationType}. */
  readonly algorithm?: PowerAuthAlgorithm;
  /** The same as in {@link PowerAuthConfigurationType}. */
  readonly offlineAuthenticationCodeComponentLength?: number;
}

/**
 * {@link PowerAuthConfigurationType} as a class.
 *
 * @example
 * ```ts
 * await powerAuth.configure(
 *   new PowerAuthConfiguration(applicationKey, applicationSecret, masterServerPublicKey, 'https://bank.example/enrollment'),
 * );
 * ```
 */
export class PowerAuthConfiguration implements PowerAuthConfigurationType {
  applicationKey: string;
  applicationSecret: string;
  masterServerPublicKey: string;
  baseEndpointUrl: string;
  declare configuration?: string;
  declare algorithm?: PowerAuthAlgorithm;
  declare offlineAuthenticationCodeComponentLength?: number;

  /**
   * Nothing is checked here; `configure` does.
   *
   * @example
   * ```ts
   * const configuration = new PowerAuthConfiguration(applicationKey, applicationSecret, masterServerPublicKey, url);
   * ```
   */
  constructor(
    applicationKey: string,
    applicationSecret: string,
    masterServerPublicKey: string,
    baseEndpointUrl: string,
  );
  /**
   * The same with the first three values in one string.
   *
   * @param configuration `mobileSdkConfig` of the server's application
   * @param algorithm default: the only one
   * @param offlineAuthenticationCodeComponentLength 4 to 8; default 8
   * @example
   * ```ts
   * const configuration = new PowerAuthConfiguration(mobileSdkConfig, 'https://bank.example/enrollment');
   * ```
   */
  constructor(
    configuration: string,
    baseEndpointUrl: string,
    algorithm?: PowerAuthAlgorithm,
    offlineAuthenticationCodeComponentLength?: number,
  );
  constructor(...args: readonly unknown[]) {
    if (isFourValues(args)) {
      [this.applicationKey, this.applicationSecret, this.masterServerPublicKey, this.baseEndpointUrl] = args;
      return;
    }
    const [configuration, baseEndpointUrl, algorithm, componentLength] = args as [
      string,
      string,
      PowerAuthAlgorithm?,
      number?,
    ];
    const decoded = typeof configuration === 'string' ? decodeSdkConfiguration(configuration) : undefined;
    this.applicationKey = decoded?.applicationKey ?? '';
    this.applicationSecret = decoded?.applicationSecret ?? '';
    this.masterServerPublicKey = decoded?.masterServerPublicKey ?? '';
    this.baseEndpointUrl = baseEndpointUrl;
    this.configuration = configuration;
    if (algorithm !== undefined) this.algorithm = algorithm;
    if (componentLength !== undefined) this.offlineAuthenticationCodeComponentLength = componentLength;
  }
}

/** Whether these are the arguments of the first form of the constructor, even if the last one is missing. */
function isFourValues(args: readonly unknown[]): args is [string, string, string, string] {
  if (args.length !== 4 || typeof args[3] === 'number') return false;
  const [, , third, fourth] = args;
  const isAlgorithm = typeof third === 'string' && /^(?:legacy|p384)/.test(third);
  return fourth !== undefined || !(third === undefined || isAlgorithm);
}

const base64Of16 = s.refine(
  s.string('Base64 of 16 bytes'),
  (text) => base64Decode(text)?.length === 16,
  'Base64 of 16 bytes',
);

function isPublicKey(text: string): boolean {
  const bytes = base64Decode(text);
  if (bytes === undefined) return false;
  try {
    importPublicKey(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Paths are appended to it. User and password, which fetch refuses, would end up in its error. */
function isBaseUrl(text: string): boolean {
  if (/[\s?#]/.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

const isSdkConfiguration = (text: string): boolean => {
  const decoded = decodeSdkConfiguration(text);
  return decoded !== undefined && isPublicKey(decoded.masterServerPublicKey);
};
const sdkConfiguration = 'the configuration string of an application, with a key of protocol 3';
const componentLength = 'a whole number from 4 to 8';

/** The settings that both forms have. */
const common = {
  baseEndpointUrl: s.refine(
    s.string('an http(s) URL'),
    isBaseUrl,
    'an http(s) URL without user, query and fragment',
  ),
  algorithm: s.optional(
    s.oneOf(Object.values(PowerAuthAlgorithm), "'legacy', which is protocol 3.3, the only one here"),
  ),
  offlineAuthenticationCodeComponentLength: s.optional(
    s.refine(
      s.number(componentLength),
      (digits) => Number.isInteger(digits) && digits >= 4 && digits <= 8,
      componentLength,
    ),
  ),
};

const configurationSchema = s.object(
  {
    applicationKey: base64Of16,
    applicationSecret: base64Of16,
    masterServerPublicKey: s.refine(
      s.string('Base64 of a P-256 public key'),
      isPublicKey,
      'Base64 of a P-256 public key',
    ),
    ...common,
  },
  'a PowerAuthConfiguration',
);

const stringSchema = s.object(
  {
    configuration: s.refine(s.string(sdkConfiguration), isSdkConfiguration, sdkConfiguration),
    ...common,
  },
  'a PowerAuthConfiguration',
);

/**
 * A frozen, checked copy.
 *
 * @param input the four values, or a {@link PowerAuthConfiguration}, or the values in one string
 * @throws WRONG_PARAMETER naming the field
 * @example
 * ```ts
 * const configuration = buildConfiguration({ applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl });
 * ```
 */
export function buildConfiguration(
  input: PowerAuthConfigurationType | PowerAuthConfigurationString,
): PowerAuthConfigurationType {
  const checked = <T>(schema: s.Schema<T>) =>
    check(schema, input, 'configuration', PowerAuthErrorCode.WRONG_PARAMETER);
  if (!isInOneString(input)) return Object.freeze(checked(configurationSchema) as PowerAuthConfigurationType);
  const settings = checked(stringSchema) as PowerAuthConfigurationString;
  const values: Partial<SdkConfiguration> = decodeSdkConfiguration(settings.configuration) ?? {};
  return Object.freeze({ ...values, ...settings } as PowerAuthConfigurationType);
}

/** Whether the string is given. It precedes the three values, which the class derives from it. */
function isInOneString(input: unknown): boolean {
  try {
    return (Object(input) as Partial<PowerAuthConfigurationString>).configuration !== undefined;
  } catch {
    // An object that throws is left to the check, which reports it.
    return false;
  }
}
