/**
 * An activation for instances of the package.
 *
 * @module
 */
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { memoryStorage } from 'powerauth-wasm/storage/memory';
import { startPowerAuthTestServer } from 'powerauth-wasm/testing';
import { readActivation } from './instances.mjs';

/**
 * An activation for any instance; it survives JSON.
 *
 * @typedef {object} Activation
 * @property {object} configuration the first argument of `configure`
 * @property {string} id
 * @property {string} record its record, unsealed, in Base64
 * @property {string} sealingKey 32 B in Base64
 */

/**
 * A real one, with the embedded server, which is closed afterwards.
 *
 * @returns {Promise<Activation>}
 */
export async function newActivation() {
  const { activation, close } = await newActivationWithServer();
  await close();
  return activation;
}

/**
 * The same with the server, which pages of any origin may use, still running.
 *
 * @returns {Promise<{ activation: Activation, close(): Promise<void> }>}
 */
export async function newActivationWithServer() {
  const server = await startPowerAuthTestServer({ allowOrigin: '*' });
  const powerAuth = new PowerAuth('bench activation');
  try {
    const storage = memoryStorage();
    const sealingKey = crypto.getRandomValues(new Uint8Array(32));
    const client = { enableUnsecureTraffic: true };
    const keychain = { storage, sealingKey, pbkdf2Iterations: 10_000 };
    await powerAuth.configure(server.configuration, client, undefined, keychain);
    const { activationId: id, activationCode } = server.createActivation();
    await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'bench'));
    await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('bench password'));
    const record = await readActivation(storage, sealingKey, powerAuth.instanceId);
    const activation = {
      configuration: server.configuration,
      id,
      record: Buffer.from(record).toString('base64'),
      sealingKey: Buffer.from(sealingKey).toString('base64'),
    };
    return { activation, close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  } finally {
    await powerAuth.deconfigure();
  }
}
