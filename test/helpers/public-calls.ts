import {
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthErrorCode,
  PowerAuthPassword,
  type PowerAuth,
  type PowerAuthBiometricPrompt,
} from '../../src/index.ts';
import { PASSWORD } from './client.ts';
import {
  NO_BOOLEANS,
  NO_FUNCTIONS,
  NO_INSTANCES,
  NO_NUMBERS,
  NO_STRINGS,
  type NamedValue,
} from './wrong-values.ts';

/** A parameter of a public method. */
export interface Parameter {
  readonly name: string;
  /** A value that the method takes. */
  readonly good: unknown;
  /** Values that it must refuse. */
  readonly wrong: readonly NamedValue[];
  /** Code of the refusal. */
  readonly code?: PowerAuthErrorCode;
  /** Whether any string, however odd, must be coped with. */
  readonly isText?: boolean;
}

/** A public method that takes checked parameters and needs `configure`. */
export interface PublicCall {
  readonly parameters: readonly Parameter[];
  /** What it does without an activation: the error's code, or the result. */
  readonly withoutActivation: { readonly code: PowerAuthErrorCode } | { readonly result: unknown };
}

const { MISSING_ACTIVATION, INVALID_ACTIVATION_STATE, INVALID_ACTIVATION_OBJECT, LOCAL_TOKEN_NOT_AVAILABLE } =
  PowerAuthErrorCode;

const optional = (values: readonly NamedValue[]): readonly NamedValue[] =>
  values.filter(([, value]) => value !== undefined);
const fake = (type: { readonly prototype: object }): NamedValue => [
  'an object that was not made by its class',
  Object.create(type.prototype),
];

const text = (name: string, good: string): Parameter => ({ name, good, wrong: NO_STRINGS, isText: true });
const optionalText = (name: string): Parameter => ({ ...text(name, 'x'), wrong: optional(NO_STRINGS) });
/** Text or bytes. */
const body: Parameter = {
  ...optionalText('body'),
  wrong: optional(NO_STRINGS).filter(([name]) => name !== 'bytes'),
};
const password = (name: string): Parameter => ({
  name,
  good: PASSWORD,
  wrong: [...NO_STRINGS, fake(PowerAuthPassword)],
});
/** Values that are no prompt. */
const notPrompts: readonly NamedValue[] = [
  ...optional(NO_INSTANCES),
  ['a prompt without a message', { promptTitle: 'x' }],
  ['a prompt whose title is a number', { promptMessage: 'x', promptTitle: 1 }],
];
const authentication: Parameter = {
  name: 'authentication',
  good: PowerAuthAuthentication.password(PASSWORD),
  wrong: [
    ...NO_INSTANCES,
    fake(PowerAuthAuthentication),
    ['one without its password', PowerAuthAuthentication.password(undefined as unknown as string)],
  ],
};
const biometry: Parameter = {
  ...authentication,
  good: PowerAuthAuthentication.biometry({ promptMessage: 'x' }),
  wrong: [
    ...authentication.wrong,
    ['one without biometry', PowerAuthAuthentication.password(PASSWORD)],
    ...notPrompts.map(
      ([name, value]) =>
        [
          `one with ${name} for a prompt`,
          PowerAuthAuthentication.biometry(value as PowerAuthBiometricPrompt),
        ] as const,
    ),
  ],
};
const dataFormat: Parameter = {
  name: 'dataFormat',
  good: 'UTF8',
  wrong: [...optional(NO_STRINGS), ['another one', 'HEX']],
};
/** Values that no JSON represents as an object. */
const NO_OBJECTS = NO_INSTANCES.filter(([, value]) => typeof value !== 'object' || value === null).concat(
  NO_INSTANCES.filter(([name]) => ['an array', 'a String object'].includes(name)),
);
const params: Parameter = {
  name: 'params',
  good: { a: 1 },
  wrong: NO_INSTANCES.filter(
    ([name]) => !['undefined', 'null', 'an object', 'an object without prototype'].includes(name),
  ),
};
const base64 = (name: string): Parameter => ({
  name,
  good: 'AAAA',
  wrong: [...NO_STRINGS, ['no Base64', 'x']],
});
const keyId = (good: string, another: string): Parameter => ({
  name: 'keyId',
  good,
  wrong: [
    ...NO_STRINGS,
    ['no key', 'x'],
    ['a key for another use', another],
    ['one of protocol 4', 'deviceMlDsa'],
  ],
});
const tokenName = text('tokenName', 'MyToken');

const fails = (code: PowerAuthErrorCode) => ({ withoutActivation: { code } });
const answers = (result: unknown) => ({ withoutActivation: { result } });

/** The methods of PowerAuth, all but those of {@link OTHER_METHODS}. */
export const POWER_AUTH_CALLS: Readonly<Record<string, PublicCall>> = {
  hasValidActivation: { parameters: [], ...answers(false) },
  canStartActivation: { parameters: [], ...answers(true) },
  hasPendingActivation: { parameters: [], ...answers(false) },
  getActivationIdentifier: { parameters: [], ...answers(undefined) },
  getActivationFingerprint: { parameters: [], ...answers(undefined) },
  getExternalPendingOperation: { parameters: [], ...answers(undefined) },
  fetchActivationStatus: { parameters: [], ...fails(MISSING_ACTIVATION) },
  createActivation: {
    parameters: [
      {
        name: 'activation',
        good: PowerAuthActivation.createWithActivationCode('VVVVV-VVVVV-VVVVV-VTFVA', 'test'),
        wrong: [...NO_INSTANCES, fake(PowerAuthActivation)],
        code: INVALID_ACTIVATION_OBJECT,
      },
    ],
    // The server does not know this code.
    ...fails(PowerAuthErrorCode.RESPONSE_ERROR),
  },
  commitActivation: {
    parameters: [
      {
        ...authentication,
        good: PowerAuthAuthentication.commitWithPassword(PASSWORD),
        wrong: [
          ...NO_INSTANCES,
          fake(PowerAuthAuthentication),
          ['possession alone', PowerAuthAuthentication.possession()],
        ],
      },
    ],
    ...fails(INVALID_ACTIVATION_STATE),
  },
  removeActivationWithAuthentication: { parameters: [authentication], ...fails(MISSING_ACTIVATION) },
  removeActivationLocal: { parameters: [], ...answers(undefined) },
  verifyScannedActivationCode: { parameters: [text('activationCode', 'x')], ...answers(false) },
  requestGetSignature: {
    parameters: [authentication, text('uriId', '/x'), params],
    ...fails(MISSING_ACTIVATION),
  },
  requestSignature: {
    parameters: [authentication, text('method', 'POST'), text('uriId', '/x'), body],
    ...fails(MISSING_ACTIVATION),
  },
  withSignature: {
    parameters: [
      authentication,
      {
        name: 'request',
        good: { method: 'POST', uriId: '/x' },
        wrong: [
          ...NO_INSTANCES,
          ...NO_STRINGS.map(
            ([name, value]) => [`one with ${name} for a method`, { method: value, uriId: '/x' }] as const,
          ),
          ...NO_STRINGS.map(
            ([name, value]) => [`one with ${name} for a uriId`, { method: 'POST', uriId: value }] as const,
          ),
          ...body.wrong
            .filter(([, value]) => typeof value !== 'function')
            .map(
              ([name, value]) =>
                [`one with ${name} for a body`, { method: 'POST', uriId: '/x', body: value }] as const,
            ),
          ['GET without a query', { method: 'get', uriId: '/x' }],
          ['POST with a query', { method: 'POST', uriId: '/x', params: {} }],
          ['one with body and query', { method: 'GET', uriId: '/x', body: 'x', params: {} }],
          ['one whose query is text', { method: 'GET', uriId: '/x', params: 'a=b' }],
          ['one with another signal', { method: 'POST', uriId: '/x', signal: {} }],
        ],
      },
      { name: 'send', good: async () => undefined, wrong: NO_FUNCTIONS },
    ],
    ...fails(MISSING_ACTIVATION),
  },
  offlineSignature: {
    parameters: [
      authentication,
      text('uriId', '/x'),
      { ...text('nonce', 'AAAAAAAAAAAAAAAAAAAAAA=='), wrong: [...NO_STRINGS, ['no Base64', 'x']] },
      optionalText('body'),
    ],
    ...fails(MISSING_ACTIVATION),
  },
  verifyServerSignedData: {
    parameters: [
      text('data', 'x'),
      text('signature', 'AAAA'),
      { name: 'masterKey', good: false, wrong: NO_BOOLEANS },
    ],
    ...answers(false),
  },
  validatePassword: { parameters: [password('password')], ...fails(MISSING_ACTIVATION) },
  changePassword: {
    parameters: [password('oldPassword'), password('newPassword')],
    ...fails(MISSING_ACTIVATION),
  },
  unsafeChangePassword: { parameters: [password('oldPassword'), password('newPassword')], ...answers(false) },
  addBiometryFactor: {
    parameters: [password('password'), { name: 'prompt', good: { promptMessage: 'x' }, wrong: notPrompts }],
    ...fails(MISSING_ACTIVATION),
  },
  hasBiometryFactor: { parameters: [], ...answers(false) },
  removeBiometryFactor: { parameters: [], ...fails(PowerAuthErrorCode.BIOMETRY_NOT_CONFIGURED) },
  getBiometryInfo: {
    parameters: [],
    ...answers({ isAvailable: false, biometryType: 'NONE', canAuthenticate: 'NOT_SUPPORTED' }),
  },
  groupedBiometricAuthentication: {
    parameters: [
      biometry,
      { name: 'groupedAuthenticationCalls', good: async () => undefined, wrong: NO_FUNCTIONS },
    ],
    ...fails(MISSING_ACTIVATION),
  },
  fetchEncryptionKey: {
    parameters: [
      authentication,
      {
        name: 'index',
        good: 1,
        wrong: [...NO_NUMBERS, ['-1', -1], ['a fraction', 0.5], ['NaN', NaN], ['2^53', 2 ** 53]],
      },
    ],
    ...fails(MISSING_ACTIVATION),
  },
  signDataWithDevicePrivateKey: {
    parameters: [authentication, text('data', 'x'), dataFormat],
    ...fails(MISSING_ACTIVATION),
  },
  signJwtWithDevicePrivateKey: {
    parameters: [authentication, { name: 'claims', good: { sub: 'alice' }, wrong: NO_OBJECTS }],
    ...fails(MISSING_ACTIVATION),
  },
  persistActivation: {
    parameters: [
      {
        ...authentication,
        good: PowerAuthAuthentication.persistWithPassword(PASSWORD),
        wrong: [
          ...NO_INSTANCES,
          fake(PowerAuthAuthentication),
          ['possession alone', PowerAuthAuthentication.possession()],
        ],
      },
    ],
    ...fails(INVALID_ACTIVATION_STATE),
  },
  authenticationHeaderForRequestWithBody: {
    parameters: [authentication, text('method', 'POST'), text('uriId', '/x'), body],
    ...fails(MISSING_ACTIVATION),
  },
  authenticationHeaderForRequestWithParams: {
    parameters: [authentication, text('method', 'GET'), text('uriId', '/x'), params],
    ...fails(MISSING_ACTIVATION),
  },
  offlineAuthenticationCode: {
    parameters: [
      authentication,
      text('uriId', '/x'),
      { ...text('nonce', 'AAAAAAAAAAAAAAAAAAAAAA=='), wrong: [...NO_STRINGS, ['no Base64', 'x']] },
      optionalText('body'),
    ],
    ...fails(MISSING_ACTIVATION),
  },
  beginPasswordChange: { parameters: [password('oldPassword')], ...fails(MISSING_ACTIVATION) },
  finishPasswordChange: {
    // There are no good data without an activation, and all that are not theirs are wrong.
    parameters: [password('newPassword'), { name: 'passwordChangeData', good: {}, wrong: NO_INSTANCES }],
    ...fails(PowerAuthErrorCode.WRONG_PARAMETER),
  },
  changePasswordUnsafe: { parameters: [password('oldPassword'), password('newPassword')], ...answers(false) },
  calculateDigitalSignature: {
    parameters: [authentication, base64('data'), keyId('deviceEc', 'masterEc')],
    ...fails(MISSING_ACTIVATION),
  },
  verifyDigitalSignature: {
    parameters: [base64('signature'), base64('data'), keyId('serverEc', 'deviceEc')],
    ...fails(MISSING_ACTIVATION),
  },
  getBiometricStatus: {
    parameters: [],
    ...answers({
      isAuthenticationWithBiometricsAvailable: false,
      isBiometricFactorConfigured: false,
      systemStatus: 'NOT_SUPPORTED',
      biometryType: 'NONE',
    }),
  },
  isAuthenticationWithBiometricsAvailable: { parameters: [], ...answers(false) },
  fetchUserInfo: { parameters: [], ...fails(MISSING_ACTIVATION) },
  getLastFetchedUserInfo: { parameters: [], ...answers(undefined) },
  fetchActivationDetail: { parameters: [tokenName], ...fails(MISSING_ACTIVATION) },
  renameActivation: {
    parameters: [authentication, text('activationName', 'My laptop')],
    ...fails(MISSING_ACTIVATION),
  },
  hasActivationRecoveryData: { parameters: [], ...answers(false) },
  activationRecoveryData: { parameters: [authentication], ...fails(INVALID_ACTIVATION_STATE) },
  confirmRecoveryCode: {
    parameters: [text('recoveryCode', 'AAAAA-AAAAA-AAAAA-AAAAA'), authentication],
    ...fails(MISSING_ACTIVATION),
  },
};

/** Methods that need no `configure`, with tests of their own. */
export const OTHER_METHODS = [
  'statistics',
  'isConfigured',
  'configure',
  'deconfigure',
  'createPassword',
  'getEncryptorForApplicationScope',
  'getEncryptorForActivationScope',
];

/** The methods of PowerAuthTokenStore. */
export const TOKEN_STORE_CALLS: Readonly<Record<string, PublicCall>> = {
  hasLocalToken: { parameters: [tokenName], ...answers(false) },
  getLocalToken: { parameters: [tokenName], ...fails(LOCAL_TOKEN_NOT_AVAILABLE) },
  requestAccessToken: { parameters: [tokenName, authentication], ...fails(MISSING_ACTIVATION) },
  renewAccessToken: {
    parameters: [
      tokenName,
      {
        name: 'renewal',
        good: { refused: 'x', authentication: PowerAuthAuthentication.password(PASSWORD) },
        wrong: [
          ...NO_INSTANCES,
          ...NO_STRINGS.map(
            ([name, value]) =>
              [`one that refuses ${name}`, { refused: value, authentication: authentication.good }] as const,
          ),
          ...authentication.wrong.map(
            ([name, value]) =>
              [`one with ${name} to authenticate`, { refused: 'x', authentication: value }] as const,
          ),
        ],
      },
    ],
    ...fails(MISSING_ACTIVATION),
  },
  removeAccessToken: { parameters: [tokenName], ...fails(MISSING_ACTIVATION) },
  removeLocalToken: { parameters: [tokenName], ...answers(undefined) },
  removeAllLocalTokens: { parameters: [], ...answers(undefined) },
  generateHeaderForToken: { parameters: [tokenName], ...fails(LOCAL_TOKEN_NOT_AVAILABLE) },
  generateAuthenticationHeader: { parameters: [tokenName], ...fails(LOCAL_TOKEN_NOT_AVAILABLE) },
  headerGenerator: { parameters: [tokenName], ...fails(LOCAL_TOKEN_NOT_AVAILABLE) },
};

/** All of them, with the object that has the method. */
export const PUBLIC_CALLS: readonly (readonly [
  name: string,
  call: PublicCall,
  objectOf: (powerAuth: PowerAuth) => object,
])[] = [
  ...Object.entries(POWER_AUTH_CALLS).map(
    ([name, call]) => [name, call, (powerAuth: PowerAuth) => powerAuth] as const,
  ),
  ...Object.entries(TOKEN_STORE_CALLS).map(
    ([name, call]) => [name, call, (powerAuth: PowerAuth) => powerAuth.tokenStore] as const,
  ),
];

/** Calls a method by its name; a synchronous throw is told apart from a rejection. */
export function callByName(object: object, name: string, args: readonly unknown[]): Promise<unknown> {
  const method = (object as Readonly<Record<string, unknown>>)[name] as (...args: unknown[]) => unknown;
  const answer = method.apply(object, [...args]);
  if (answer instanceof Promise) return answer;
  throw new Error(`${name} answered no promise`);
}

/** Names of the methods of an object, those of its base classes included. */
export function methodsOf(object: object): string[] {
  const names = new Set<string>();
  for (let type: unknown = Object.getPrototypeOf(object); type !== Object.prototype;) {
    const prototype = type as object;
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
    }
    type = Object.getPrototypeOf(prototype);
  }
  return [...names].sort();
}
