/**
 * The page: it activates once, and from then on sends requests like any other page.
 *
 * @module
 */
import { PowerAuth, PowerAuthActivation, PowerAuthAuthentication } from 'powerauth-wasm';
import { client, configuration, instanceId } from './settings.js';

/** Activates this browser. @param {string} activationCode @param {string} otp @param {string} password */
export async function activate(activationCode, otp, password) {
  const powerAuth = new PowerAuth(instanceId);
  await powerAuth.configure(configuration, client);
  const activation = PowerAuthActivation.createWithActivationCode(activationCode, 'Browser');
  activation.additionalActivationOtp = otp;
  await powerAuth.createActivation(activation);
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password));
  await powerAuth.deconfigure();
}

/** Resolves when the worker handles the requests of this page. */
export async function handOver() {
  await navigator.serviceWorker.register('/service-worker.js', { type: 'module' });
  await navigator.serviceWorker.ready;
  if (navigator.serviceWorker.controller === null) {
    await new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
  }
}
