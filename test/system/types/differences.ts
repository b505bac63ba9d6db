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
    ours: [
      "PowerAuth.signDataWithDevicePrivateKey(authentication: PowerAuthAuthentication, data: string, dataFormat?: PowerAuthDataFormat = 'UTF8'): Promise<string>",
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
    why: 'what has a default is there; fetch, clock and engine are where they were given',
    peer: [
      'buildClientConfiguration(input?: PowerAuthClientConfigurationType): Required<PowerAuthClientConfigurationType>',
    ],
    ours: [
      'buildClientConfiguration(input?: PowerAuthClientConfigurationType): PowerAuthClientConfigurationType & Required<Omit<PowerAuthClientConfigurationType, "fetch" | "clock" | "engine">>',
    ],
  },
  {
    why: 'what has a default is there; the provider is where it was given',
    peer: [
      'buildBiometryConfiguration(input?: PowerAuthBiometryConfigurationType): Required<PowerAuthBiometryConfigurationType>',
    ],
    ours: [
      'buildBiometryConfiguration(input?: PowerAuthBiometryConfigurationType): PowerAuthBiometryConfigurationType & Required<Omit<PowerAuthBiometryConfigurationType, "provider">>',
    ],
  },
  {
    why: 'a keychain configuration takes the additional settings in its constructor',
    peer: ['new PowerAuthKeychainConfiguration()'],
    ours: ['new PowerAuthKeychainConfiguration(settings?: PowerAuthKeychainConfigurationType = {})'],
  },
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
  // What later versions have.
  'PowerAuth.configure(configuration: string, baseEndpointUrl: string, enableUnsecureTraffic: boolean): Promise<boolean>',
  'new PowerAuthConfiguration(configuration: string, baseEndpointUrl: string, algorithm?: "legacy", offlineAuthenticationCodeComponentLength?: number)',
  'type PowerAuthAlgorithm = "legacy"',
  'PowerAuthAlgorithm.LEGACY = "legacy"',
  'interface PowerAuthConfigurationString',
  'readonly PowerAuthConfigurationString.baseEndpointUrl: string',
  'readonly PowerAuthConfigurationString.configuration: string',
  'readonly PowerAuthConfigurationString.algorithm?: "legacy"',
  'readonly PowerAuthConfigurationString.offlineAuthenticationCodeComponentLength?: number',
  ...['PowerAuthConfiguration', 'readonly PowerAuthConfigurationType'].flatMap((owner) => [
    `${owner}.algorithm?: "legacy"`,
    `${owner}.configuration?: string`,
    `${owner}.offlineAuthenticationCodeComponentLength?: number`,
  ]),
  'static PowerAuthActivation.createWithOIDCParameters(oidcParameters: PowerAuthOIDCParameters, name: string): PowerAuthActivation',
  'PowerAuthActivation.oidcParameters?: PowerAuthOIDCParameters',
  'interface PowerAuthOIDCParameters',
  'readonly PowerAuthOIDCParameters.code: string',
  'readonly PowerAuthOIDCParameters.codeVerifier?: string',
  'readonly PowerAuthOIDCParameters.nonce: string',
  'readonly PowerAuthOIDCParameters.providerId: string',
  // What the native SDKs have.
  'PowerAuth.signJwtWithDevicePrivateKey(authentication: PowerAuthAuthentication, claims: object): Promise<string>',
  // For processes with many activations.
  'setTokenCacheCapacity(tokens: number): void',
  // The runtime: engine, HTTP and time.
  'type EngineName = "js" | "wasm-scalar" | "wasm-simd"',
  'readonly PowerAuth.engine?: EngineName',
  ...['PowerAuthClientConfiguration', 'readonly PowerAuthClientConfigurationType'].flatMap((owner) => [
    `${owner}.clock?: PowerAuthClock`,
    `${owner}.engine?: EngineName`,
    `${owner}.fetch?: (input: RequestInfo | URL, init?: RequestInit | undefined) => Promise<Response>`,
  ]),
  'interface PowerAuthClock',
  'PowerAuthClock.monotonic(): number',
  'PowerAuthClock.now(): number',
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
  'PowerAuthCreateActivationResult.userInfo?: Record<string, unknown>',
  'readonly PowerAuthCryptogram.temporaryKeyId?: string',
  'readonly PowerAuthCryptogram.timestamp?: number',
];
