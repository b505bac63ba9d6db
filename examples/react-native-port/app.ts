/* eslint @typescript-eslint/no-deprecated: off, @typescript-eslint/no-unsafe-member-access: off, @typescript-eslint/no-unsafe-argument: off -- the app is as it was written */
// A small banking app, written for the React Native SDK. The import below was from 'react-native-powerauth-mobile-sdk'; it is
// the only thing that was changed to run it in browsers and Node.
import {
  PinTestIssue,
  PowerAuth,
  PowerAuthActivation,
  PowerAuthActivationCodeUtil,
  PowerAuthActivationState,
  PowerAuthAuthentication,
  PowerAuthBiometryStatus,
  PowerAuthBiometryType,
  PowerAuthClientConfiguration,
  PowerAuthConfiguration,
  PowerAuthDebug,
  PowerAuthError,
  PowerAuthErrorCode,
  PowerAuthPassphraseMeter,
  type PasswordType,
  type PowerAuthAuthorizationHttpHeader,
  type PowerAuthBiometryConfigurationType,
  type PowerAuthCreateActivationResult,
  type PowerAuthDataFormat,
  type PowerAuthPassword,
} from 'powerauth-wasm';

/** The settings that the bank issues for its app. */
export interface BankSettings {
  applicationKey: string;
  applicationSecret: string;
  masterServerPublicKey: string;
  baseEndpointUrl: string;
}

/** What the login screen shows. */
export type Login = 'welcome' | 'blocked' | { remainingAttempts: number };

export interface Payment {
  to: string;
  amount: number;
}

/** What the settings screen says about biometry. */
export type BiometrySetting = 'hidden' | 'not set up on this device' | { name: string; isOn: boolean };

const TOKEN = 'balance';

export class BankApp {
  readonly powerAuth: PowerAuth;
  private readonly biometry: PowerAuthBiometryConfigurationType | undefined;
  private url = '';

  constructor(instanceId: string, biometry?: PowerAuthBiometryConfigurationType) {
    this.powerAuth = new PowerAuth(instanceId);
    this.biometry = biometry;
  }

  /** At start: whether to show the login screen, or the one for a new device. */
  async start(settings: BankSettings): Promise<boolean> {
    this.url = settings.baseEndpointUrl;
    PowerAuthDebug.traceNativeCodeCalls(true);
    if (!(await this.powerAuth.isConfigured())) {
      const configuration = new PowerAuthConfiguration(
        settings.applicationKey,
        settings.applicationSecret,
        settings.masterServerPublicKey,
        settings.baseEndpointUrl,
      );
      const client = new PowerAuthClientConfiguration();
      client.enableUnsecureTraffic = settings.baseEndpointUrl.startsWith('http:');
      client.customHttpHeaders = [{ name: 'X-Bank-App', value: '1.0' }];
      await this.powerAuth.configure(configuration, client, this.biometry);
    }
    return this.powerAuth.hasValidActivation();
  }

  async stop(): Promise<void> {
    await this.powerAuth.deconfigure();
  }

  /** The user's input so far, corrected; characters that can't be in a code are left out. */
  async correctCode(typed: string): Promise<string> {
    let corrected = '';
    for (let i = 0; i < typed.length; i++) {
      try {
        const character = await PowerAuthActivationCodeUtil.correctTypedCharacter(typed.charCodeAt(i));
        corrected += String.fromCharCode(character);
      } catch (e) {
        if ((e as PowerAuthError).code !== PowerAuthErrorCode.INVALID_CHARACTER) throw e;
      }
    }
    return corrected.replace(/(.{5})(?=.)/g, '$1-');
  }

  /** Whether a scanned code is the bank's. */
  async isScannedCodeGood(scanned: string): Promise<boolean> {
    const { activationSignature } = await PowerAuthActivationCodeUtil.parseActivationCode(scanned);
    return activationSignature.length > 0 && (await this.powerAuth.verifyScannedActivationCode(scanned));
  }

  /** Exchanges keys; the fingerprint is shown to the user. */
  async activate(code: string, deviceName: string): Promise<string> {
    if (!(await this.powerAuth.canStartActivation())) await this.powerAuth.removeActivationLocal();
    const activation = PowerAuthActivation.createWithActivationCode(code, deviceName);
    activation.extras = 'web';
    activation.customAttributes = { isPrimary: true };
    const result: PowerAuthCreateActivationResult = await this.powerAuth.createActivation(activation);
    return result.activationFingerprint;
  }

  /** A PIN from the app's own PIN pad. */
  async readPin(keys: string[], destroyOnUse = true): Promise<PowerAuthPassword> {
    const pin = this.powerAuth.createPassword(destroyOnUse, () => console.log('the PIN was forgotten'));
    for (const key of keys) {
      if (key === '⌫') await pin.removeLastCharacter();
      else await pin.addCharacter(key);
    }
    return pin;
  }

  /** Why not to choose this PIN. */
  async weaknessOf(pin: PasswordType): Promise<string | undefined> {
    const { shouldWarnUserAboutWeakPin, issues } = await PowerAuthPassphraseMeter.testPin(pin);
    if (!shouldWarnUserAboutWeakPin) return undefined;
    return issues.includes(PinTestIssue.FREQUENTLY_USED) ? 'many people use it' : 'it is easy to guess';
  }

  /** Stores the activation under the PIN. */
  async finishActivation(pin: PowerAuthPassword, repeated: PowerAuthPassword): Promise<boolean> {
    if (!(await pin.isEqualTo(repeated))) return false;
    await this.powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(pin));
    await repeated.release();
    return this.powerAuth.hasValidActivation();
  }

  async login(pin: PasswordType): Promise<Login> {
    try {
      await this.powerAuth.validatePassword(pin);
      return 'welcome';
    } catch (e) {
      if (!(e instanceof PowerAuthError) || e.code !== PowerAuthErrorCode.AUTHENTICATION_ERROR) throw e;
      console.log(`login: HTTP ${e.errorData.httpStatusCode}`);
      const status = await this.powerAuth.fetchActivationStatus();
      if (status.state === PowerAuthActivationState.BLOCKED) return 'blocked';
      return { remainingAttempts: status.remainingAttempts };
    }
  }

  /** A payment, signed with the PIN. */
  async pay(pin: PasswordType, payment: Payment): Promise<number> {
    return this.sendPayment(PowerAuthAuthentication.password(pin), payment);
  }

  /** The same, as in older versions of the app. */
  async payAsBefore(pin: string, payment: Payment): Promise<number> {
    const authentication = new PowerAuthAuthentication();
    authentication.usePossession = true;
    authentication.userPassword = pin;
    authentication.useBiometry = false;
    return this.sendPayment(authentication, payment);
  }

  async biometrySetting(): Promise<BiometrySetting> {
    const { canAuthenticate, biometryType } = await this.powerAuth.getBiometryInfo();
    if (canAuthenticate === PowerAuthBiometryStatus.NOT_SUPPORTED) return 'hidden';
    if (canAuthenticate === PowerAuthBiometryStatus.NOT_ENROLLED) return 'not set up on this device';
    const names: Partial<Record<PowerAuthBiometryType, string>> = {
      [PowerAuthBiometryType.FACE]: 'face',
      [PowerAuthBiometryType.FINGERPRINT]: 'fingerprint',
    };
    return { name: names[biometryType] ?? 'biometry', isOn: await this.powerAuth.hasBiometryFactor() };
  }

  /** Switched on: the PIN, then the user's finger. False when the user changed their mind. */
  async switchBiometryOn(pin: PasswordType): Promise<boolean> {
    return this.unlessCancelled(() =>
      this.powerAuth.addBiometryFactor(pin, {
        promptTitle: 'Biometry',
        promptMessage: 'Pay without your PIN from now on',
      }),
    );
  }

  async switchBiometryOff(): Promise<void> {
    if (await this.powerAuth.hasBiometryFactor()) await this.powerAuth.removeBiometryFactor();
  }

  /** Payments, signed with biometry: the user is asked once. The statuses; none for a user who cancels. */
  async payWithBiometry(payments: Payment[]): Promise<number[]> {
    const statuses: number[] = [];
    const prompt = {
      promptTitle: 'Payment',
      promptMessage: payments.map(({ to, amount }) => `${amount} EUR to ${to}`).join(', '),
    };
    await this.unlessCancelled(() =>
      this.powerAuth.groupedBiometricAuthentication(
        PowerAuthAuthentication.biometry(prompt),
        async (reusable) => {
          for (const payment of payments) {
            const status = await this.sendPayment(reusable, payment);
            statuses.push(status);
            // Each further one would cost an attempt.
            if (status === 401) break;
          }
        },
      ),
    );
    return statuses;
  }

  /** The history, signed without asking the user. Servers differ on `+`, `&` and `%` in a value: docs/signing.md. */
  async history(filter: { from: string; to: string }): Promise<number> {
    const path = '/api/possession/signature';
    const header = await this.powerAuth.requestGetSignature(
      PowerAuthAuthentication.possession(),
      path,
      filter,
    );
    return this.send(
      'GET',
      `${path}?from=${encodeURIComponent(filter.from)}&to=${encodeURIComponent(filter.to)}`,
      header,
    );
  }

  /** An operation from a QR code, without a network. Returns the code that the user types on the other device. */
  async confirmOffline(pin: PasswordType, payload: string): Promise<string | undefined> {
    const lines = payload.split('\n');
    const signed = payload.length - (lines[lines.length - 1] ?? '').length + 1;
    const isPersonal = payload.charAt(signed - 1) === '1';
    const data = payload.substring(0, signed);
    const signature = payload.substring(signed);
    if (!(await this.powerAuth.verifyServerSignedData(data, signature, !isPersonal))) return undefined;
    const nonce = lines[lines.length - 2] ?? '';
    return this.powerAuth.offlineSignature(
      PowerAuthAuthentication.password(pin),
      '/operation/authorize/offline',
      nonce,
      lines[0],
    );
  }

  /** The balance in a widget, for which the user is not asked. */
  async balance(): Promise<number> {
    const { tokenStore } = this.powerAuth;
    if (!(await tokenStore.hasLocalToken(TOKEN))) {
      await tokenStore.requestAccessToken(TOKEN, PowerAuthAuthentication.possession());
    }
    return this.send('GET', '/api/possession/token', await tokenStore.generateHeaderForToken(TOKEN));
  }

  /** Removes the widget. */
  async removeWidget(): Promise<void> {
    await this.powerAuth.tokenStore.removeAccessToken(TOKEN);
    await this.powerAuth.tokenStore.removeAllLocalTokens();
  }

  /** A message to the bank that nobody else can read, and the answer. */
  async sendSecret(message: string, format: PowerAuthDataFormat = 'UTF8'): Promise<string> {
    const encryptor = this.powerAuth.getEncryptorForActivationScope();
    const { cryptogram, header, decryptor } = await encryptor.encryptRequest(message, format);
    const response = await fetch(`${this.url}/api/encrypted/activation`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', [header.key]: header.value },
      body: JSON.stringify(cryptogram),
    });
    return decryptor.decryptResponse(await response.json(), format);
  }

  async changePin(oldPin: PasswordType, newPin: PasswordType): Promise<void> {
    await this.powerAuth.changePassword(oldPin, newPin);
  }

  /** A key for the app's own files, which the server helps to make. */
  async fileKey(pin: PasswordType): Promise<string> {
    return this.powerAuth.fetchEncryptionKey(PowerAuthAuthentication.password(pin), 1000);
  }

  /** A contract, signed with the device's own key. */
  async signContract(pin: PasswordType, contract: string): Promise<string> {
    return this.powerAuth.signDataWithDevicePrivateKey(PowerAuthAuthentication.password(pin), contract);
  }

  async removeDevice(pin: PasswordType): Promise<void> {
    await this.powerAuth.removeActivationWithAuthentication(PowerAuthAuthentication.password(pin));
  }

  /** One line for the error screen. */
  describe(error: unknown): string {
    return error instanceof PowerAuthError ? error.print() : PowerAuthDebug.describeError(error);
  }

  private async sendPayment(authentication: PowerAuthAuthentication, payment: Payment): Promise<number> {
    const path = '/api/protected/signature';
    const body = JSON.stringify(payment);
    const header = await this.powerAuth.requestSignature(authentication, 'POST', path, body);
    return this.send('POST', path, header, body);
  }

  private async unlessCancelled(ask: () => Promise<void>): Promise<boolean> {
    try {
      await ask();
      return true;
    } catch (e) {
      if (e instanceof PowerAuthError && e.code === PowerAuthErrorCode.BIOMETRY_CANCEL) return false;
      throw e;
    }
  }

  private async send(
    method: string,
    path: string,
    header: PowerAuthAuthorizationHttpHeader,
    body?: string,
  ): Promise<number> {
    const headers: Record<string, string> = { [header.key]: header.value };
    const response = await fetch(
      this.url + path,
      body === undefined ? { method, headers } : { method, headers, body },
    );
    return response.status;
  }
}
