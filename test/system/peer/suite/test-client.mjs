/**
 * Stands in for `powerauth-js-test-client`, which the React Native SDK's tests use to steer a PowerAuth server: the same
 * names, as far as those tests use them, over the embedded server.
 *
 * @module
 */
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';

export const VerboseLevel = { Warning: 1 };
export const Logger = { setVerboseLevel: () => undefined, setDebugRequestResponse: () => undefined };
export const ServerVersion = { fromString: (text) => text };
export const ActivationStatus = Object.fromEntries(
  ['CREATED', 'PENDING_COMMIT', 'ACTIVE', 'BLOCKED', 'REMOVED'].map((state) => [state, state]),
);
export const SignatureType = Object.fromEntries(
  ['POSSESSION', 'POSSESSION_KNOWLEDGE', 'POSSESSION_BIOMETRY'].map((type) => [type, type]),
);
export class PowerAuthServerError extends Error {}

/** The one embedded server of a run. */
export const embedded = await startPowerAuthTestServer();

const idOf = (activation) => (typeof activation === 'string' ? activation : activation.activationId);
const fieldsOf = (header) =>
  Object.fromEntries([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));

export class PowerAuthTestServer {
  constructor(config) {
    this.config = config;
  }
  async connect() {
    // It is there.
  }
  async prepareApplicationFromConfiguration() {
    const {
      applicationKey: appKey,
      applicationSecret: appSecret,
      masterServerPublicKey,
    } = embedded.configuration;
    return { application: { applicationId: 'app' }, appKey, appSecret, masterServerPublicKey };
  }
  async activationInit(application, userId, otp, otpValidation, maxFailCount) {
    const { activationId, activationCode: signed } = embedded.createActivation({
      userId,
      ...(otp && { otp }),
      ...(maxFailCount && { maxFailCount }),
    });
    const [activationCode, activationSignature] = signed.split('#');
    return { ...application, userId, activationId, activationCode, activationSignature };
  }
  async activationCommit(activation) {
    embedded.commitActivation(idOf(activation));
    return true;
  }
  async activationBlock(activation) {
    embedded.blockActivation(idOf(activation));
    return true;
  }
  async activationUnblock(activation) {
    embedded.unblockActivation(idOf(activation));
    return true;
  }
  async activationRemove(activation) {
    embedded.removeActivation(idOf(activation));
    return true;
  }
  async getActivationDetil(activation) {
    const found = embedded.activation(idOf(activation));
    if (found === undefined) throw new Error('There is no such activation');
    const { state, activationFingerprint, ...detail } = found;
    return { ...detail, activationStatus: state, devicePublicKeyFingerprint: activationFingerprint };
  }
  async verifyDeviceSignedData(activation, data, signature) {
    return embedded.verifyDeviceSignature(idOf(activation), data, signature);
  }
  async createNonPersonalizedOfflineSignature(application, data) {
    return this.#offline({ data });
  }
  async createPersonalizedOfflineSignature(activation, data) {
    return this.#offline({ data, activationId: idOf(activation) });
  }
  #offline(request) {
    const { payload, nonce } = embedded.createOfflinePayload(request);
    const signed = payload.lastIndexOf('\n') + 2;
    return {
      offlineData: payload,
      nonce,
      parsedData: request.data,
      parsedSignedData: payload.slice(0, signed),
      parsedSignature: payload.slice(signed),
    };
  }
}

/** @typedef {{ createSdk: Function, prepareStep: Function }} Steered what the tests give a helper */

/** One activation at a time: made on the server, then on the device by `prepareStep`. */
export class ActivationHelper {
  #activation;
  #sdk;
  #result;
  constructor(server, appSetup) {
    this.server = server;
    this.appSetup = appSetup;
  }
  get application() {
    return this.appSetup.application;
  }
  get activation() {
    if (this.#activation === undefined) throw new Error('There is no activation');
    return this.#activation;
  }
  get powerAuthSdk() {
    if (this.#sdk === undefined) throw new Error('There is no SDK object');
    return this.#sdk;
  }
  get prepareActivationResult() {
    if (this.#result === undefined) throw new Error('No activation was prepared');
    return this.#result;
  }
  async getPowerAuthSdk(prepareData) {
    this.#sdk ??= await /** @type {Steered} */ (/** @type {unknown} */ (this)).createSdk(
      this.appSetup,
      prepareData,
    );
    return this.#sdk;
  }
  async initActivation() {
    this.#activation = await this.server.activationInit(this.application, this.server.config.testUser.userId);
    return this.#activation;
  }
  async createActivation(userId, prepareData) {
    const activation = await this.initActivation();
    this.#result = await /** @type {Steered} */ (/** @type {unknown} */ (this)).prepareStep(
      this,
      activation,
      prepareData,
    );
    if ((await this.getActivationStatus()) === 'PENDING_COMMIT') await this.commitActivation();
    return activation;
  }
  commitActivation() {
    return this.server.activationCommit(this.activation);
  }
  blockActivation() {
    return this.server.activationBlock(this.activation);
  }
  unblockActivation() {
    return this.server.activationUnblock(this.activation);
  }
  removeActivation() {
    return this.server.activationRemove(this.activation);
  }
  async getActivationDetail() {
    return this.server.getActivationDetil(this.activation);
  }
  async getActivationStatus() {
    return (await this.getActivationDetail()).activationStatus;
  }
  async cleanup() {
    if (this.#activation !== undefined) await this.removeActivation();
  }
  signatureHelper = {
    parseHeader(header) {
      const fields = fieldsOf(header);
      return {
        activationId: fields.pa_activation_id,
        applicationKey: fields.pa_application_key,
        signatureType: fields.pa_signature_type,
      };
    },
    async verifyOnlineSignature(method, uriId, body, header) {
      return embedded.verifySignature(header, { method, uriId, body }) !== undefined;
    },
  };
  tokenHelper = {
    async verifyTokenDigest(header) {
      const verified = embedded.verifyToken(header);
      return {
        ...verified,
        tokenValid: verified !== undefined,
        signatureType: verified?.signatureType.toUpperCase(),
      };
    },
  };
}
