/**
 * Where our public types are not those of the React Native SDK, and why. Lines are those of `describe-api.ts`.
 *
 * @module
 */

/** What the peer exports for its own use, and its documentation does not name. */
export const ABSENT: readonly RegExp[] = [
  // Access to objects of the native code.
  /\bBaseNativeObject\b/,
  /\bBaseReleasableObject\b/,
  /\bNativeObject(?:Cmd|CmdData|CmdResult|Info|Register|RegisterIfc|Type)\b/,
  /\bPowerAuthEncryptorImpl\b/,
  /\bPowerAuthAuthentication\.(?:convertLegacyObject|toRawAuthentication)\b/,
  /\bPowerAuthPassword\.toRawPassword\b/,
  /^new PowerAuthTokenStore\(/,
];

const PEER_CODES =
  'type PowerAuthErrorCode = "AUTHENTICATION_ERROR" | "BIOMETRY_CANCEL" | "BIOMETRY_FAILED" | "BIOMETRY_FALLBACK" | "BIOMETRY_LOCKOUT" | "BIOMETRY_NOT_AVAILABLE" | "BIOMETRY_NOT_CONFIGURED" | "BIOMETRY_NOT_ENROLLED" | "BIOMETRY_NOT_RECOGNIZED" | "BIOMETRY_NOT_SUPPORTED" | "CANNOT_GENERATE_TOKEN" | "ENCRYPTION_ERROR" | "EXTERNAL_PENDING_OPERATION" | "INSTANCE_NOT_CONFIGURED" | "INSUFFICIENT_KEYCHAIN_PROTECTION" | "INVALID_ACTIVATION_CODE" | "INVALID_ACTIVATION_DATA" | "INVALID_ACTIVATION_OBJECT" | "INVALID_ACTIVATION_STATE" | "INVALID_CHARACTER" | "INVALID_ENCRYPTOR" | "INVALID_NATIVE_OBJECT" | "INVALID_RECOVERY_CODE" | "INVALID_TOKEN" | "LOCAL_TOKEN_NOT_AVAILABLE" | "MISSING_ACTIVATION" | "NETWORK_ERROR" | "OPERATION_CANCELED" | "PASSWORD_NOT_SET" | "PENDING_ACTIVATION" | "PENDING_PROTOCOL_UPGRADE" | "PROTOCOL_UPGRADE" | "REACT_NATIVE_ERROR" | "RESPONSE_ERROR" | "SIGNATURE_ERROR" | "SUCCEED" | "UNKNOWN_ERROR" | "WATCH_CONNECTIVITY" | "WRONG_PARAMETER"';

/** The peer's lines, and ours in their place: programs written for the first compile with the second. */
export const CHANGED: readonly {
  readonly why: string;
  readonly peer: readonly string[];
  readonly ours: readonly string[];
}[] = [
  {
    why: 'parameters are an object, so that other values are found when compiling',
    peer: [
      'PowerAuth.requestGetSignature(authentication: PowerAuthAuthentication, uriId: string, params?: any): Promise<PowerAuthAuthorizationHttpHeader>',
    ],
    ours: [
      'PowerAuth.requestGetSignature(authentication: PowerAuthAuthentication, uriId: string, params?: object | null): Promise<PowerAuthAuthorizationHttpHeader>',
    ],
  },
  {
    why: 'bodies may be bytes',
    peer: [
      'PowerAuth.requestSignature(authentication: PowerAuthAuthentication, method: string, uriId: string, body?: string): Promise<PowerAuthAuthorizationHttpHeader>',
    ],
    ours: [
      'PowerAuth.requestSignature(authentication: PowerAuthAuthentication, method: string, uriId: string, body?: string | ArrayBuffer | ArrayBufferView<ArrayBufferLike>): Promise<PowerAuthAuthorizationHttpHeader>',
    ],
  },
  {
    why: 'a configuration may also be one string, as from version 4.0 on',
    peer: [
      'PowerAuth.configure(configuration: PowerAuthConfigurationType, clientConfiguration?: PowerAuthClientConfigurationType, biometryConfiguration?: PowerAuthBiometryConfigurationType, keychainConfiguration?: PowerAuthKeychainConfigurationType, sharingConfiguration?: PowerAuthSharingConfigurationType): Promise<boolean>',
      'buildConfiguration(input: PowerAuthConfigurationType): PowerAuthConfigurationType',
    ],
    ours: [
      'PowerAuth.configure(configuration: PowerAuthConfigurationType | PowerAuthConfigurationString, clientConfiguration?: PowerAuthClientConfigurationType, biometryConfiguration?: PowerAuthBiometryConfigurationType, keychainConfiguration?: PowerAuthKeychainConfigurationType, sharingConfiguration?: PowerAuthSharingConfigurationType): Promise<boolean>',
      'buildConfiguration(input: PowerAuthConfigurationType | PowerAuthConfigurationString): PowerAuthConfigurationType',
    ],
  },
  {
    why: 'the data may be bytes, as from version 4.0 on',
    peer: [
      'PowerAuth.signDataWithDevicePrivateKey(authentication: PowerAuthAuthentication, data: string): Promise<string>',
    ],
    ours: [],
  },
  {
    why: 'newer versions have further codes',
    peer: [PEER_CODES],
    ours: [
      PEER_CODES.replace('"PASSWORD_NOT_SET"', '"OTHER" | "PASSWORD_NOT_SET"')
        .replace('"UNKNOWN_ERROR"', '"TIME_SYNCHRONIZATION" | "UNKNOWN_ERROR" | "UPGRADE_SDK"')
        .concat(' | "WRONG_SIGNATURE"'),
    ],
  },
  {
    why: 'what may be anything may be missing',
    peer: ['PowerAuthActivation.customAttributes: any', 'PowerAuthActivation.identityAttributes: any'],
    ours: ['PowerAuthActivation.customAttributes?: any', 'PowerAuthActivation.identityAttributes?: any'],
  },
  {
    why: 'two overloads are one signature with an optional parameter; bodies may be bytes',
    peer: [
      'PowerAuth.addBiometryFactor(password: PasswordType): Promise<void>',
      'PowerAuthDecryptor.decryptResponse(cryptogram: PowerAuthCryptogram): Promise<string>',
      'PowerAuthDecryptor.decryptResponse(cryptogram: PowerAuthCryptogram, outputDataFormat: PowerAuthDataFormat): Promise<string>',
      'PowerAuthEncryptor.encryptRequest(body: string): Promise<PowerAuthEncryptedRequestData>',
      'PowerAuthEncryptor.encryptRequest(body: string, bodyFormat: PowerAuthDataFormat): Promise<PowerAuthEncryptedRequestData>',
    ],
    ours: [
      'PowerAuthDecryptor.decryptResponse(cryptogram: PowerAuthCryptogram, outputDataFormat?: PowerAuthDataFormat): Promise<string>',
      'PowerAuthEncryptor.encryptRequest(body: string | ArrayBuffer | ArrayBufferView<ArrayBufferLike>, bodyFormat?: PowerAuthDataFormat): Promise<PowerAuthEncryptedRequestData>',
    ],
  },
  {
    why: 'an error is an Error, always has code and message, and does not change',
    peer: [
      'PowerAuthError.code?: PowerAuthErrorCode',
      'PowerAuthError.errorData?: any',
      'PowerAuthError.message?: string',
      'PowerAuthError.originalException: any',
      'new PowerAuthError(exception: any, message?: string, code?: PowerAuthErrorCode, errorData?: any)',
    ],
    ours: [
      'PowerAuthError.cause?: unknown',
      'PowerAuthError.message: string',
      'PowerAuthError.stack?: string',
      'new PowerAuthError(exception: unknown, message?: string, code?: PowerAuthErrorCode, errorData?: PowerAuthErrorData)',
      'readonly PowerAuthError.code: PowerAuthErrorCode',
      'readonly PowerAuthError.errorData: any',
      'readonly PowerAuthError.name: "PowerAuthError" = \'PowerAuthError\'',
      'readonly PowerAuthError.originalException: any',
    ],
  },
  {
    why: 'what is only described may be anything',
    peer: ['static PowerAuthDebug.describeError(error: any): string'],
    ours: ['static PowerAuthDebug.describeError(error: unknown): string'],
  },
  {
    why: 'what has a default is there; fetch, clock, engine and observer are where they were given',
    peer: [
      'buildClientConfiguration(input?: PowerAuthClientConfigurationType): Required<PowerAuthClientConfigurationType>',
    ],
    ours: [
      'buildClientConfiguration(input?: PowerAuthClientConfigurationType): PowerAuthClientConfigurationType & Required<Omit<PowerAuthClientConfigurationType, "engine" | "fetch" | "clock" | "observer">>',
    ],
  },
  {
    why: 'what has a default is there; the provider is where it was given',
    peer: [
      'buildBiometryConfiguration(input?: PowerAuthBiometryConfigurationType): Required<PowerAuthBiometryConfigurationType>',
    ],
    ours: [
      'buildBiometryConfiguration(input?: PowerAuthBiometryConfigurationType): PowerAuthBiometryConfigurationType & Required<Omit<PowerAuthBiometryConfigurationType, "provider" | "invalidateBiometricFactorAfterChange">>',
    ],
  },
  {
    why: 'a keychain configuration takes the additional settings in its constructor',
    peer: ['new PowerAuthKeychainConfiguration()'],
    ours: ['new PowerAuthKeychainConfiguration(settings?: PowerAuthKeychainConfigurationType = {})'],
  },
];

/** The same for the lines of newer-api.txt. */
export const NEWER_CHANGED: typeof CHANGED = [
  {
    why: 'bodies may be bytes, parameters any object',
    peer: [
      'PowerAuth.authenticationHeaderForRequestWithBody(authentication: PowerAuthAuthentication, method: string, uriId: string, body?: string): Promise<PowerAuthHttpHeader>',
      'PowerAuth.authenticationHeaderForRequestWithParams(authentication: PowerAuthAuthentication, method: string, uriId: string, params?: Record<string, string>): Promise<PowerAuthHttpHeader>',
    ],
    ours: [
      'PowerAuth.authenticationHeaderForRequestWithBody(authentication: PowerAuthAuthentication, method: string, uriId: string, body?: string | ArrayBuffer | ArrayBufferView<ArrayBufferLike>): Promise<PowerAuthHttpHeader>',
      'PowerAuth.authenticationHeaderForRequestWithParams(authentication: PowerAuthAuthentication, method: string, uriId: string, params?: object | null): Promise<PowerAuthHttpHeader>',
    ],
  },
  {
    why: 'version 2.5 has no data format',
    peer: [
      'PowerAuth.signDataWithDevicePrivateKey(authentication: PowerAuthAuthentication, data: string, dataFormat: PowerAuthDataFormat): Promise<string>',
    ],
    ours: [
      "PowerAuth.signDataWithDevicePrivateKey(authentication: PowerAuthAuthentication, data: string, dataFormat?: PowerAuthDataFormat = 'UTF8'): Promise<string>",
    ],
  },
  {
    why: 'a configuration may also be four values, as in version 2.5, and has one algorithm',
    peer: [
      'PowerAuthConfiguration.algorithm?: PowerAuthAlgorithm',
      'PowerAuthConfiguration.configuration: string',
      'PowerAuthConfiguration.offlineAuthenticationCodeComponentLength: number',
      'PowerAuthBiometryConfiguration.invalidateBiometricFactorAfterChange: boolean',
    ],
    ours: [
      'PowerAuthConfiguration.algorithm?: "legacy"',
      'PowerAuthConfiguration.configuration?: string',
      'PowerAuthConfiguration.offlineAuthenticationCodeComponentLength?: number',
      'PowerAuthBiometryConfiguration.invalidateBiometricFactorAfterChange?: boolean',
    ],
  },
  {
    why: 'nobody else creates these objects',
    peer: ['class PowerAuthPasswordChangeData'],
    ours: ['interface PowerAuthPasswordChangeData'],
  },
];

/** Their members are read only, and claims may be of any type. */
export const READ_ONLY = /^PowerAuthUser(?:Address|Info)\./;

const EVENTS = [
  '{ readonly type: "activation"; readonly state: string; readonly localCounterBehind?: number | undefined; }',
  '{ readonly type: "engine"; readonly engine: string; }',
  '{ readonly type: "lock"; readonly action: "obtained" | "lost"; readonly waited: number; }',
  '{ readonly type: "request"; readonly path: string; readonly status?: number | undefined; readonly duration: number; readonly errorCode?: string | undefined; }',
  '{ readonly type: "storage"; readonly operation: "get" | "set" | "delete" | "update"; readonly duration: number; readonly errorCode?: string | undefined; }',
  '{ readonly type: "time"; readonly offset: number; readonly roundTrip: number; }',
  '{ readonly type: "token"; readonly action: "created" | "loaded" | "renewed" | "removed" | "evicted"; readonly tokenName: string; }',
];

/** What the peer does not have. */
export const ADDITIONS: readonly string[] = [
  // Headers without promises.
  'PowerAuthTokenStore.headerGenerator(tokenName: string): Promise<PowerAuthTokenHeaderGenerator>',
  'class PowerAuthTokenHeaderGenerator',
  'PowerAuthTokenHeaderGenerator.next(): string',
  'PowerAuthTokenHeaderGenerator.nextBatch(count: number): string[]',
  'PowerAuthTokenHeaderGenerator.release(): void',
  'readonly PowerAuthTokenHeaderGenerator.key: string = TOKEN_HEADER',
  // What later versions have in other forms.
  'new PowerAuthConfiguration(configuration: string, baseEndpointUrl: string, algorithm?: "legacy", offlineAuthenticationCodeComponentLength?: number)',
  'type PowerAuthAlgorithm = "legacy"',
  'type PowerAuthSignatureKeyId = "deviceEc" | "masterEc" | "serverEc"',
  'PowerAuth.calculateDigitalSignature(authentication: PowerAuthAuthentication, data: string, keyId: PowerAuthSignatureKeyId): Promise<string>',
  'PowerAuth.verifyDigitalSignature(signature: string, data: string, keyId: PowerAuthSignatureKeyId): Promise<void>',
  'readonly PowerAuth.currentAlgorithm: Promise<"legacy">',
  'PowerAuthTimeSynchronizationService.synchronize(): Promise<void>',
  'interface PowerAuthConfigurationString',
  'readonly PowerAuthConfigurationString.baseEndpointUrl: string',
  'readonly PowerAuthConfigurationString.configuration: string',
  'readonly PowerAuthConfigurationString.algorithm?: "legacy"',
  'readonly PowerAuthConfigurationString.offlineAuthenticationCodeComponentLength?: number',
  'readonly PowerAuthConfigurationType.algorithm?: "legacy"',
  'readonly PowerAuthConfigurationType.configuration?: string',
  'readonly PowerAuthConfigurationType.offlineAuthenticationCodeComponentLength?: number',
  'interface PowerAuthOIDCParameters',
  'readonly PowerAuthOIDCParameters.code: string',
  'readonly PowerAuthOIDCParameters.codeVerifier?: string',
  'readonly PowerAuthOIDCParameters.nonce: string',
  'readonly PowerAuthOIDCParameters.providerId: string',
  // What the native SDKs and the server have.
  'PowerAuth.fetchActivationDetail(tokenName: string): Promise<PowerAuthActivationDetail>',
  'PowerAuth.renameActivation(authentication: PowerAuthAuthentication, activationName: string): Promise<PowerAuthActivationDetail>',
  'interface PowerAuthActivationDetail',
  'readonly PowerAuthActivationDetail.activationId: string',
  'readonly PowerAuthActivationDetail.activationName?: string',
  'PowerAuthActivationStatus.timestampBlockExpire?: number',
  'PowerAuth.signJwtWithDevicePrivateKey(authentication: PowerAuthAuthentication, claims: object): Promise<string>',
  // Requests in turns, and tokens that the server no longer knows.
  'PowerAuth.withSignature(authentication: PowerAuthAuthentication, request: PowerAuthSignedRequest, send: (header: PowerAuthAuthorizationHttpHeader, signal: AbortSignal) => T | Promise<T>): Promise<T>',
  'PowerAuthTokenStore.renewAccessToken(tokenName: string, renewal: { readonly refused: string; readonly authentication: PowerAuthAuthentication; }): Promise<PowerAuthToken>',
  'interface PowerAuthSignedRequest',
  'readonly PowerAuthSignedRequest.body?: string | ArrayBuffer | ArrayBufferView<ArrayBufferLike> | (() => string | ArrayBuffer | ArrayBufferView<ArrayBufferLike> | Promise<string | ArrayBuffer | ArrayBufferView<ArrayBufferLike>>)',
  'readonly PowerAuthSignedRequest.method: string',
  'readonly PowerAuthSignedRequest.params?: object',
  'readonly PowerAuthSignedRequest.signal?: AbortSignal',
  'readonly PowerAuthSignedRequest.uriId: string',
  // For processes with many activations.
  'setTokenCacheCapacity(tokens: number): void',
  // The runtime: engine, HTTP and time.
  'type EngineName = "js" | "wasm-scalar" | "wasm-simd"',
  'readonly PowerAuth.engine?: EngineName',
  ...['PowerAuthClientConfiguration', 'readonly PowerAuthClientConfigurationType'].flatMap((owner) => [
    `${owner}.clock?: PowerAuthClock`,
    `${owner}.engine?: EngineName`,
    `${owner}.fetch?: (input: RequestInfo | URL, init?: RequestInit | undefined) => Promise<Response>`,
    `${owner}.observer?: (event: PowerAuthEvent) => unknown`,
  ]),
  'interface PowerAuthClock',
  'PowerAuthClock.monotonic(): number',
  'PowerAuthClock.now(): number',
  // What the SDK does, for observers.
  'PowerAuth.statistics(): PowerAuthStatistics',
  'interface PowerAuthStatistics',
  'readonly PowerAuthStatistics.engine: string',
  ...[
    'requests',
    'failedRequests',
    'tokensCreated',
    'tokensLoaded',
    'tokensRenewed',
    'tokensRemoved',
    'tokensEvicted',
    'locksObtained',
    'locksLost',
    'storageOperations',
    'failedStorageOperations',
    'cachedTokens',
    'timeRoundTrip?',
  ].map((count) => `readonly PowerAuthStatistics.${count}: number`),
  `type PowerAuthEvent = ${EVENTS.map((event) => `{ readonly instanceId?: string | undefined; } & ${event}`).join(' | ')}`,
  'type PowerAuthEventType = "activation" | "engine" | "lock" | "request" | "storage" | "time" | "token"',
  // What a record looks like that was put back.
  'PowerAuthActivationStatus.localCounterBehind?: number',
  // Where records are kept, and what a guess of a password costs.
  'PowerAuthKeychainConfiguration.pbkdf2Iterations: number',
  'readonly PowerAuthKeychainConfigurationData.pbkdf2Iterations: number',
  'readonly PowerAuthKeychainConfigurationType.pbkdf2Iterations?: number',
  'PowerAuthKeychainConfiguration.storage?: PowerAuthStorage',
  'readonly PowerAuthKeychainConfiguration.sealingKey?: PowerAuthSealingKey',
  ...['PowerAuthKeychainConfigurationType', 'PowerAuthKeychainConfigurationData'].flatMap((owner) => [
    `readonly ${owner}.sealingKey?: PowerAuthSealingKey`,
    `readonly ${owner}.storage?: PowerAuthStorage`,
  ]),
  'interface PowerAuthCryptoKey',
  'readonly PowerAuthCryptoKey.algorithm: KeyAlgorithm',
  'readonly PowerAuthCryptoKey.extractable: boolean',
  'readonly PowerAuthCryptoKey.type: KeyType',
  'readonly PowerAuthCryptoKey.usages: KeyUsage[]',
  'interface PowerAuthStorage',
  'PowerAuthStorage.close(): Promise<void>',
  'PowerAuthStorage.delete(key: string): Promise<void>',
  'PowerAuthStorage.get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>',
  'PowerAuthStorage.list(prefix: string): AsyncIterable<string>',
  'PowerAuthStorage.lock(name: string, section: (lock: PowerAuthStorageLock) => Promise<T>): Promise<T>',
  'PowerAuthStorage.set(key: string, value: Uint8Array<ArrayBufferLike>): Promise<void>',
  'PowerAuthStorage.subscribe(listener: (change: PowerAuthStorageChange) => void): () => void',
  'PowerAuthStorage.update(key: string, change: (current: Uint8Array<ArrayBuffer> | undefined) => Uint8Array<ArrayBufferLike> | Promise<Uint8Array<ArrayBufferLike> | undefined>): Promise<Uint8Array<ArrayBuffer> | undefined>',
  'readonly PowerAuthStorage.name: string',
  'readonly PowerAuthStorage.needsSealingKey?: boolean',
  'interface PowerAuthStorageLock',
  'readonly PowerAuthStorageLock.signal: AbortSignal',
  'type PowerAuthSealingKey = CryptoKey | Uint8Array<ArrayBufferLike> | readonly (CryptoKey | Uint8Array<ArrayBufferLike>)[]',
  'type PowerAuthStorageChange = "all" | readonly string[]',
  // Who authenticates the user.
  'PowerAuthBiometryConfiguration.provider?: PowerAuthBiometryProvider',
  'readonly PowerAuthBiometryConfigurationType.provider?: PowerAuthBiometryProvider',
  'interface PowerAuthBiometryProvider',
  'PowerAuthBiometryProvider.authenticate(descriptor: Uint8Array<ArrayBufferLike>, request: PowerAuthBiometryRequest): Promise<Uint8Array<ArrayBufferLike>>',
  'PowerAuthBiometryProvider.create(request: PowerAuthBiometryCreateRequest): Promise<PowerAuthBiometrySecret>',
  'PowerAuthBiometryProvider.info(): Promise<PowerAuthBiometryInfo>',
  'PowerAuthBiometryProvider.remove(descriptor: Uint8Array<ArrayBufferLike>): Promise<void>',
  'readonly PowerAuthBiometryProvider.name: string',
  ...['PowerAuthBiometryRequest', 'PowerAuthBiometryCreateRequest'].flatMap((owner) => [
    `interface ${owner}`,
    `readonly ${owner}.prompt?: PowerAuthBiometricPrompt`,
    `readonly ${owner}.signal: AbortSignal`,
  ]),
  'readonly PowerAuthBiometryCreateRequest.authenticate: boolean',
  'interface PowerAuthBiometrySecret',
  'readonly PowerAuthBiometrySecret.descriptor: Uint8Array<ArrayBufferLike>',
  'readonly PowerAuthBiometrySecret.secret: Uint8Array<ArrayBufferLike>',
  // Types of what the peer calls any, and what version 3.3 of the protocol brings.
  'PowerAuthError.toJSON(): { name: string; code: PowerAuthErrorCode; message: string; errorData?: PowerAuthErrorData | undefined; }',
  'interface PowerAuthErrorData',
  'readonly PowerAuthErrorData.currentRecoveryPukIndex?: number',
  'readonly PowerAuthErrorData.httpStatusCode?: number',
  'readonly PowerAuthErrorData.responseBody?: string',
  'readonly PowerAuthErrorData.serverResponseCode?: string',
  'readonly PowerAuthErrorData.serverResponseMessage?: string',
  'PowerAuthCreateActivationResult.userInfo?: PowerAuthUserInfo',
  'readonly PowerAuthCryptogram.temporaryKeyId?: string',
  'readonly PowerAuthCryptogram.timestamp?: number',
];
