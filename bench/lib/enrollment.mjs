/**
 * Instances that share nothing with others, activated at an embedded server in a separate process.
 *
 * @module
 */
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { memoryStorage } from 'powerauth-wasm/storage/memory';

export const PASSWORD = 'bench password';

/** An activation that a server has prepared, as the arguments of both clients. */
export async function enrollment(server) {
  const { activationId, activationCode } = await server.call('createActivation');
  const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'bench');
  return { activationId, activationCode, activation };
}

let instances = 0;

/**
 * Configures an instance. With its own `fetch`, it has its own time and temporary keys.
 *
 * @param {object} configuration
 * @param {object} [keychain] more of the fourth argument of `configure`
 */
export async function configureAlone(configuration, keychain = {}) {
  const powerAuth = new PowerAuth(`operations ${++instances}`);
  /** @type {typeof globalThis.fetch} */
  const fetch = (url, init) => globalThis.fetch(url, init);
  const sealingKey = crypto.getRandomValues(new Uint8Array(32));
  await powerAuth.configure(configuration, { enableUnsecureTraffic: true, fetch }, undefined, {
    storage: memoryStorage(),
    sealingKey,
    ...keychain,
  });
  return powerAuth;
}

/** The same, activated with {@link PASSWORD}. */
export async function activateWith(server, keychain) {
  const powerAuth = await configureAlone(server.configuration, keychain);
  const { activationId, activation } = await enrollment(server);
  await powerAuth.createActivation(activation);
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
  await server.call('commitActivation', activationId);
  return powerAuth;
}
