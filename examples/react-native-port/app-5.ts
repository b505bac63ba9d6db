// A small app, written for version 5.0 of the React Native SDK, with the algorithm LEGACY, which speaks protocol 3.3. The
// import below was from 'react-native-powerauth-mobile-sdk'; it is the only thing that was changed.
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAlgorithm,
  PowerAuthAuthentication,
  PowerAuthClientConfiguration,
  PowerAuthConfiguration,
  PowerAuthError,
  PowerAuthErrorCode,
  PowerAuthSignatureKeyId,
  type PowerAuthHttpHeader,
} from 'powerauth-wasm';

const TOKEN = 'balance';

export class BankApp {
  private readonly powerAuth: PowerAuth;
  private url = '';

  constructor(instanceId: string) {
    this.powerAuth = new PowerAuth(instanceId);
  }

  /** At start. The bank issues one string for all the keys of its app. */
  async start(settings: string, url: string): Promise<boolean> {
    this.url = url;
    const configuration = new PowerAuthConfiguration(settings, url);
    configuration.algorithm = PowerAuthAlgorithm.LEGACY;
    const client = new PowerAuthClientConfiguration();
    client.enableUnsecureTraffic = url.startsWith('http:');
    await this.powerAuth.configure(configuration, client);
    return this.powerAuth.hasValidActivation();
  }

  async stop(): Promise<void> {
    await this.powerAuth.deconfigure();
  }

  async activate(code: string, pin: string): Promise<string> {
    const activation = PowerAuthActivation.createWithActivationCode(code, 'My device');
    const { activationFingerprint } = await this.powerAuth.createActivation(activation);
    await this.powerAuth.persistActivation(PowerAuthAuthentication.persistWithPassword(pin));
    return activationFingerprint;
  }

  async algorithm(): Promise<string> {
    return this.powerAuth.currentAlgorithm;
  }

  /** The name in the user's profile at the bank. */
  async userName(): Promise<string | undefined> {
    return (await this.powerAuth.fetchUserInfo())?.name;
  }

  async timeIsKnown(): Promise<boolean> {
    const { timeSynchronizationService } = this.powerAuth;
    if (!(await timeSynchronizationService.isTimeSynchronized())) {
      await timeSynchronizationService.synchronizeTime();
    }
    return timeSynchronizationService.isTimeSynchronized();
  }

  async pay(pin: string, to: string): Promise<number> {
    const path = '/api/protected/signature';
    const body = JSON.stringify({ to });
    const header = await this.powerAuth.authenticationHeaderForRequestWithBody(
      PowerAuthAuthentication.password(pin),
      'POST',
      path,
      body,
    );
    return this.send('POST', path, header, body);
  }

  async history(): Promise<number> {
    const path = '/api/possession/signature';
    const header = await this.powerAuth.authenticationHeaderForRequestWithParams(
      PowerAuthAuthentication.possession(),
      'GET',
      path,
      { from: '2026' },
    );
    return this.send('GET', `${path}?from=2026`, header);
  }

  async balance(): Promise<number> {
    const { tokenStore } = this.powerAuth;
    await tokenStore.requestAccessToken(TOKEN, PowerAuthAuthentication.possession());
    return this.send('GET', '/api/possession/token', await tokenStore.generateAuthenticationHeader(TOKEN));
  }

  async offlineCode(pin: string, nonce: string, data: string): Promise<string> {
    const authentication = PowerAuthAuthentication.password(pin);
    return this.powerAuth.offlineAuthenticationCode(authentication, '/offline', nonce, data);
  }

  /** Two steps: the new PIN is asked for only after the old one was right. */
  async changePin(oldPin: string, askNewPin: () => Promise<string>): Promise<boolean> {
    try {
      const data = await this.powerAuth.beginPasswordChange(oldPin);
      await this.powerAuth.finishPasswordChange(await askNewPin(), data);
      return true;
    } catch (e) {
      if (e instanceof PowerAuthError && e.code === PowerAuthErrorCode.AUTHENTICATION_ERROR) return false;
      throw e;
    }
  }

  async biometry(): Promise<string> {
    const { systemStatus, isBiometricFactorConfigured } = await this.powerAuth.getBiometricStatus();
    return `${systemStatus}, ${isBiometricFactorConfigured ? 'on' : 'off'}`;
  }

  /** A contract in Base64, signed by the device. */
  async signContract(pin: string, contract: string): Promise<string> {
    return this.powerAuth.calculateDigitalSignature(
      PowerAuthAuthentication.password(pin),
      contract,
      PowerAuthSignatureKeyId.DEVICE_EC,
    );
  }

  /** Whether a text in Base64 is the bank's. */
  async isFromBank(text: string, signature: string): Promise<boolean> {
    try {
      await this.powerAuth.verifyDigitalSignature(signature, text, PowerAuthSignatureKeyId.SERVER_EC);
      return true;
    } catch (e) {
      if (e instanceof PowerAuthError && e.code === PowerAuthErrorCode.WRONG_SIGNATURE) return false;
      throw e;
    }
  }

  private async send(
    method: string,
    path: string,
    { name, value }: PowerAuthHttpHeader,
    body?: string,
  ): Promise<number> {
    const headers = { [name]: value };
    const init: RequestInit = body === undefined ? { method, headers } : { method, headers, body };
    return (await fetch(this.url + path, init)).status;
  }
}
