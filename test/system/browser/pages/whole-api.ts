/**
 * An app that does everything that the API can, with the default settings of browsers (IndexedDB, sealed, passkeys), but
 * for the cost of a password.
 *
 * @module
 */

import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthActivationCodeUtil,
  PowerAuthAuthentication,
  PowerAuthError,
  PowerAuthPassphraseMeter,
  type PowerAuthAuthorizationHttpHeader,
  type PowerAuthClientConfigurationType,
  type PowerAuthConfigurationType,
  type PowerAuthErrorCode,
} from '../../../../src/index.ts';
import { QUICK_PASSWORDS } from '../../../helpers/passwords.ts';
import { serveCalls } from '../../storage/pages/calls.ts';

/** Methods that have succeeded, such as `PowerAuth.configure`. */
const done = new Set<string>();

/** The same object; which of its methods succeed is noted in {@link done}. */
function noted<T extends object>(name: string, object: T): T {
  return new Proxy(object, {
    get(target, method) {
      const value: unknown = Reflect.get(target, method, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(value, target, args);
        const note = <A>(result: A): A => (done.add(`${name}.${String(method)}`), result);
        return answer instanceof Promise ? answer.then(note) : note(answer);
      };
    },
  });
}

const instance = new PowerAuth('whole-api');
const powerAuth = noted('PowerAuth', instance);
const tokenStore = noted('PowerAuthTokenStore', instance.tokenStore);

/** Possession alone, possession and a password, or possession and whoever answers this question. */
export type Factors = 'possession' | { readonly password: string } | { readonly ask: string };

function authenticated(factors: Factors): PowerAuthAuthentication {
  if (factors === 'possession') return PowerAuthAuthentication.possession();
  return 'ask' in factors
    ? PowerAuthAuthentication.biometry({ promptMessage: factors.ask })
    : PowerAuthAuthentication.password(factors.password);
}

/** Sends something to the bank, and answers the status. */
async function send(
  { key, value }: PowerAuthAuthorizationHttpHeader,
  path: string,
  init: RequestInit = {},
): Promise<number> {
  return (await fetch(path, { ...init, headers: { [key]: value } })).status;
}

const SIGNED = '/api/possession/signature';

async function pay(authentication: PowerAuthAuthentication, body: string): Promise<number> {
  const header = await powerAuth.requestSignature(authentication, 'POST', SIGNED, body);
  return send(header, SIGNED, { method: 'POST', body });
}

async function search(
  authentication: PowerAuthAuthentication,
  params: Record<string, string>,
): Promise<number> {
  const header = await powerAuth.requestGetSignature(authentication, SIGNED, params);
  return send(header, `${SIGNED}?${new URLSearchParams(params).toString()}`);
}

async function useToken(name: string): Promise<number> {
  return send(await tokenStore.generateHeaderForToken(name), '/api/possession/token');
}

const commit = (password: string, question?: string): Promise<void> =>
  question === undefined
    ? powerAuth.persistActivation(PowerAuthAuthentication.persistWithPassword(password))
    : powerAuth.commitActivation(
        PowerAuthAuthentication.commitWithPasswordAndBiometry(password, { promptMessage: question }),
      );

/** All that a test can call. */
const calls = {
  /** Lets dialogs for passkeys end after so many ms; undefined is the browser's choice. */
  async endDialogsAfter(timeout: number | undefined): Promise<void> {
    const { credentials } = navigator;
    credentials.get = (options) =>
      CredentialsContainer.prototype.get.call(
        credentials,
        timeout === undefined || options?.publicKey === undefined
          ? options
          : { ...options, publicKey: { ...options.publicKey, timeout } },
      );
  },

  done: async () => [...done],

  async configure(
    configuration: PowerAuthConfigurationType,
    client?: PowerAuthClientConfigurationType,
  ): Promise<boolean> {
    // `http://` on this machine only.
    const settings = { enableUnsecureTraffic: true, ...client };
    await powerAuth.configure(configuration, settings, undefined, QUICK_PASSWORDS);
    return powerAuth.isConfigured();
  },
  deconfigure: () => powerAuth.deconfigure(),

  /** What the app's first screen needs to know. */
  overview: async () => ({
    canStart: await powerAuth.canStartActivation(),
    isPending: await powerAuth.hasPendingActivation(),
    isValid: await powerAuth.hasValidActivation(),
    id: await powerAuth.getActivationIdentifier(),
    fingerprint: await powerAuth.getActivationFingerprint(),
    hasBiometry: await powerAuth.hasBiometryFactor(),
    hasRecovery: await powerAuth.hasActivationRecoveryData(),
    operation: await powerAuth.getExternalPendingOperation(),
  }),
  status: () => powerAuth.fetchActivationStatus(),
  biometryInfo: () => powerAuth.getBiometryInfo(),

  /** @returns the code without its signature, and whether that is the bank's */
  async scan(scanned: string): Promise<{ code: string; isGood: boolean }> {
    const { activationCode } = await PowerAuthActivationCodeUtil.parseActivationCode(scanned);
    return { code: activationCode, isGood: await powerAuth.verifyScannedActivationCode(scanned) };
  },
  async startActivation(code: string): Promise<string> {
    const activation = PowerAuthActivation.createWithActivationCode(code, 'My browser');
    activation.extras = 'extras';
    return (await powerAuth.createActivation(activation)).activationFingerprint;
  },
  commit,
  async weaknesses(pin: string): Promise<readonly string[]> {
    return (await PowerAuthPassphraseMeter.testPin(pin)).issues;
  },

  pay: (factors: Factors, body: string) => pay(authenticated(factors), body),
  /** Several at once, one after another. */
  payInOrder: (factors: Factors, bodies: readonly string[]) =>
    Promise.all(
      bodies.map((body) =>
        powerAuth.withSignature(
          authenticated(factors),
          { method: 'POST', uriId: SIGNED, body },
          async (header) => send(header, SIGNED, { method: 'POST', body }),
        ),
      ),
    ),
  statistics: async () => powerAuth.statistics(),
  search: (factors: Factors, params: Record<string, string>) => search(authenticated(factors), params),
  /** Several signatures and a token for one question. @returns the statuses, then an offline signature */
  async group(question: string, offline: { nonce: string; data: string }, token: string) {
    const answers: (number | string)[] = [];
    await powerAuth.groupedBiometricAuthentication(authenticated({ ask: question }), async (reusable) => {
      answers.push(await pay(reusable, 'first'), await pay(reusable, 'second'));
      answers.push(await search(reusable, { q: 'third' }));
      await tokenStore.requestAccessToken(token, reusable);
      answers.push(await useToken(token));
      answers.push(await powerAuth.offlineSignature(reusable, '/offline', offline.nonce, offline.data));
    });
    return answers;
  },
  offline: (factors: Factors, nonce: string, data: string) =>
    powerAuth.offlineSignature(authenticated(factors), '/offline', nonce, data),
  verifySigned: (data: string, signature: string, masterKey: boolean) =>
    powerAuth.verifyServerSignedData(data, signature, masterKey),

  async requestToken(name: string, factors: Factors): Promise<string> {
    return (await tokenStore.requestAccessToken(name, authenticated(factors))).tokenIdentifier;
  },
  async renewToken(name: string, refused: string, factors: Factors): Promise<string> {
    const authentication = authenticated(factors);
    return (await tokenStore.renewAccessToken(name, { refused, authentication })).tokenIdentifier;
  },
  async localToken(name: string): Promise<string | undefined> {
    return (await tokenStore.hasLocalToken(name))
      ? (await tokenStore.getLocalToken(name)).tokenIdentifier
      : undefined;
  },
  useToken,
  /** Several headers from a generator. */
  async useTokens(name: string): Promise<number[]> {
    const generator = await tokenStore.headerGenerator(name);
    try {
      const { key } = generator;
      const values = [generator.next(), ...generator.nextBatch(2)];
      return await Promise.all(values.map((value) => send({ key, value }, '/api/possession/token')));
    } finally {
      generator.release();
    }
  },
  removeToken: (name: string) => tokenStore.removeAccessToken(name),
  forgetToken: (name: string) => tokenStore.removeLocalToken(name),
  forgetTokens: () => tokenStore.removeAllLocalTokens(),

  /** The password as it is typed into a `PowerAuthPassword`. */
  async validate(password: string): Promise<void> {
    const typed = powerAuth.createPassword();
    for (const character of password) await typed.addCharacter(character);
    await powerAuth.validatePassword(typed);
  },
  changePassword: (from: string, to: string) => powerAuth.changePassword(from, to),
  changeUnchecked: (from: string, to: string) => powerAuth.unsafeChangePassword(from, to),

  addBiometry: (password: string, question?: string) =>
    powerAuth.addBiometryFactor(
      password,
      ...(question === undefined ? [] : ([{ promptMessage: question }] as const)),
    ),
  removeBiometry: () => powerAuth.removeBiometryFactor(),

  encryptionKey: (factors: Factors, index: number) =>
    powerAuth.fetchEncryptionKey(authenticated(factors), index),
  signByDevice: (factors: Factors, data: string) =>
    powerAuth.signDataWithDevicePrivateKey(authenticated(factors), data),
  recoveryData: (factors: Factors) => powerAuth.activationRecoveryData(authenticated(factors)),
  confirmRecovery: (code: string, factors: Factors) =>
    powerAuth.confirmRecoveryCode(code, authenticated(factors)),

  /** Sends something encrypted, and answers what came back, decrypted. */
  async sendSecret(scope: 'application' | 'activation', text: string): Promise<string> {
    const encryptor =
      scope === 'application'
        ? powerAuth.getEncryptorForApplicationScope()
        : powerAuth.getEncryptorForActivationScope();
    const { cryptogram, header, decryptor } = await encryptor.encryptRequest(text);
    const response = await fetch(`/api/encrypted/${scope}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [header.key]: header.value },
      body: JSON.stringify(cryptogram),
    });
    return decryptor.decryptResponse((await response.json()) as typeof cryptogram);
  },

  /** What the server knows of the user and the activation, under its new name; and a JWT. */
  async account(password: string, name: string): Promise<unknown[]> {
    const knowledge = PowerAuthAuthentication.password(password);
    await powerAuth.renameActivation(knowledge, name);
    await tokenStore.requestAccessToken('detail', knowledge);
    const { activationName } = await powerAuth.fetchActivationDetail('detail');
    await tokenStore.removeAccessToken('detail');
    await powerAuth.fetchUserInfo();
    const user = await powerAuth.getLastFetchedUserInfo();
    const jwt = await powerAuth.signJwtWithDevicePrivateKey(knowledge, { sub: 'x' });
    return [activationName, user?.subject, jwt];
  },

  /** The names of newer SDKs. */
  async newerNames(password: string, data: string, signature: string): Promise<unknown[]> {
    const knowledge = PowerAuthAuthentication.password(password);
    const named = await powerAuth.authenticationHeaderForRequestWithBody(knowledge, 'POST', SIGNED, 'x');
    const status = await send({ key: named.name, value: named.value }, SIGNED, { method: 'POST', body: 'x' });
    await powerAuth.authenticationHeaderForRequestWithParams(knowledge, 'GET', SIGNED, { q: 'x' });
    await powerAuth.offlineAuthenticationCode(knowledge, '/offline', 'AAAAAAAAAAAAAAAAAAAAAA==');
    await powerAuth.finishPasswordChange(password, await powerAuth.beginPasswordChange(password));
    await powerAuth.changePasswordUnsafe(password, password);
    await tokenStore.requestAccessToken('newer', PowerAuthAuthentication.possession());
    const header = await tokenStore.generateAuthenticationHeader('newer');
    const token = await send({ key: header.name, value: header.value }, '/api/possession/token');
    await tokenStore.removeAccessToken('newer');
    await powerAuth.verifyDigitalSignature(signature, btoa(data), 'masterEc');
    return [
      status,
      token,
      (await powerAuth.getBiometricStatus()).systemStatus,
      await powerAuth.isAuthenticationWithBiometricsAvailable(),
      await powerAuth.calculateDigitalSignature(knowledge, 'SSBhZ3JlZQ==', 'deviceEc'),
    ];
  },

  remove: (factors: Factors) => powerAuth.removeActivationWithAuthentication(authenticated(factors)),
  removeHere: () => powerAuth.removeActivationLocal(),

  /** The code of the error with which another call fails. */
  async failing(name: string, ...args: unknown[]): Promise<PowerAuthErrorCode> {
    const call = (calls as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[name];
    try {
      await call?.(...args);
    } catch (error) {
      if (error instanceof PowerAuthError) return error.code;
      throw error;
    }
    throw new Error(`${name} has not failed`);
  },
};
export type WholeApiCalls = typeof calls;

serveCalls(calls);
