/**
 * The PowerAuth application and server that an instance belongs to.
 *
 * @module
 */

import * as v from '../util/valibot.ts';
import { PowerAuthErrorCode } from '../errors.ts';
import { importPublicKey } from '../protocol/keys.ts';
import { base64Decode } from '../util/base64.ts';
import { object } from '../util/schema.ts';
import { check } from '../util/validate.ts';

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
  ) {
    this.applicationKey = applicationKey;
    this.applicationSecret = applicationSecret;
    this.masterServerPublicKey = masterServerPublicKey;
    this.baseEndpointUrl = baseEndpointUrl;
  }
}

const base64Of16 = v.pipe(
  v.string('Base64 of 16 bytes'),
  v.check((text) => base64Decode(text)?.length === 16, 'Base64 of 16 bytes'),
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

const configurationSchema = object(
  {
    applicationKey: base64Of16,
    applicationSecret: base64Of16,
    masterServerPublicKey: v.pipe(
      v.string('Base64 of a P-256 public key'),
      v.check(isPublicKey, 'Base64 of a P-256 public key'),
    ),
    baseEndpointUrl: v.pipe(
      v.string('an http(s) URL'),
      v.check(isBaseUrl, 'an http(s) URL without user, query and fragment'),
    ),
  },
  'a PowerAuthConfiguration',
);

/**
 * A frozen, checked copy.
 *
 * @param input the four values, or a {@link PowerAuthConfiguration}
 * @throws WRONG_PARAMETER naming the field
 * @example
 * ```ts
 * const configuration = buildConfiguration({ applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl });
 * ```
 */
export function buildConfiguration(input: PowerAuthConfigurationType): PowerAuthConfigurationType {
  return Object.freeze(
    check(configurationSchema, input, 'configuration', PowerAuthErrorCode.WRONG_PARAMETER),
  );
}
