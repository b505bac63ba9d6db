/** What the examples in the documentation take for granted. */
import type * as api from 'powerauth-wasm';
import type { PowerAuthFetch, PowerAuthFetchOptions } from 'powerauth-wasm/fetch';
import type { RedisStorageOptions } from 'powerauth-wasm/storage/redis';
import type { PowerAuthTestServer } from 'powerauth-wasm/testing';
import type { PowerAuthTokens } from 'powerauth-wasm/tokens';

declare global {
  const powerAuth: api.PowerAuth;
  const configuration: api.PowerAuthConfigurationType;
  const client: api.PowerAuthClientConfigurationType;
  const authentication: api.PowerAuthAuthentication;
  const activation: api.PowerAuthActivation;
  const generator: api.PowerAuthTokenHeaderGenerator;
  const encryptor: api.PowerAuthEncryptor;
  const decryptor: api.PowerAuthDecryptor;
  const cryptogram: api.PowerAuthCryptogram;
  const header: api.PowerAuthAuthorizationHttpHeader;
  const storage: api.PowerAuthStorage;
  const error: api.PowerAuthError;
  const info: api.PowerAuthBiometryInfo;
  const server: PowerAuthTestServer;
  const bank: PowerAuthFetch;
  const tokens: PowerAuthTokens;
  const cluster: NonNullable<RedisStorageOptions['cluster']>;
  const token: NonNullable<PowerAuthFetchOptions['token']>;
  const request: Request;
  const requests: Request[];
  const response: Response;
  const sealingKey: Uint8Array;

  const applicationKey: string;
  const applicationSecret: string;
  const masterServerPublicKey: string;
  const baseEndpointUrl: string;
  const url: string;
  const code: string;
  const body: string;
  const data: string;
  const nonce: string;
  const codeVerifier: string;
  const mobileSdkConfig: string;
  /** ms */
  const expiresAt: number;
  const signature: string;
  const payload: string;
  const scannedText: string;
  const appGroup: string;
  const appIdentifier: string;
  const keychainAccessGroup: string;
  const activationId: string;
  const activationCode: string;
  const contract: string;

  const password: api.PowerAuthPassword;
  const repeated: api.PowerAuthPassword;
  const oldPassword: api.PasswordType;
  const newPassword: api.PasswordType;

  const dots: HTMLElement;
  const submit: HTMLButtonElement;
  const backspace: HTMLButtonElement;
  const input: HTMLInputElement;
  function show(text: unknown): void;
  function spans(event: api.PowerAuthEvent): void;
  function askForNewPassword(): Promise<api.PasswordType>;
  function showWarning(issues?: readonly api.PinTestIssue[]): void;
  function showMismatch(): void;
  function showEmptyPinPad(): void;

  function newPlace(): Promise<{ remove(): Promise<void> }>;
  function myStorage(place: object): api.PowerAuthStorage;
}
