/**
 * Calls that `deconfigure` overtakes, on the default storage of browsers.
 *
 * @module
 */

import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthError,
  type PowerAuthConfigurationType,
} from '../../../../src/index.ts';
import { serveCalls } from '../../storage/pages/calls.ts';
import { QUICK_PASSWORDS } from '../../../helpers/passwords.ts';

const PASSWORD = 'correct horse';
const POSSESSION = PowerAuthAuthentication.possession();
const KNOWLEDGE = PowerAuthAuthentication.password(PASSWORD);

const powerAuth = new PowerAuth('overtaken');
const { tokenStore } = powerAuth;

const CALLS = {
  hasValidActivation: () => powerAuth.hasValidActivation(),
  getActivationFingerprint: () => powerAuth.getActivationFingerprint(),
  fetchActivationStatus: () => powerAuth.fetchActivationStatus(),
  requestSignature: () => powerAuth.requestSignature(POSSESSION, 'POST', '/x'),
  validatePassword: () => powerAuth.validatePassword(PASSWORD),
  unsafeChangePassword: () => powerAuth.unsafeChangePassword(PASSWORD, PASSWORD),
  fetchEncryptionKey: () => powerAuth.fetchEncryptionKey(KNOWLEDGE, 1),
  encryptRequest: () => powerAuth.getEncryptorForActivationScope().encryptRequest('{}'),
  requestAccessToken: () => tokenStore.requestAccessToken(String(Math.random()), POSSESSION),
  hasLocalToken: () => tokenStore.hasLocalToken('MyToken'),
  generateHeaderForToken: () => tokenStore.generateHeaderForToken('MyToken'),
  removeLocalToken: () => tokenStore.removeLocalToken('another'),
  removeAllLocalTokens: () => tokenStore.removeAllLocalTokens(),
  removeActivationLocal: () => powerAuth.removeActivationLocal(),
} satisfies Record<string, () => Promise<unknown>>;

/** One turn of the event loop, which `setTimeout` would stretch to 4 ms. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });

const configure = (configuration: PowerAuthConfigurationType): Promise<boolean> =>
  powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, QUICK_PASSWORDS);

async function activate(configuration: PowerAuthConfigurationType, code: string): Promise<void> {
  await configure(configuration);
  await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(code, 'browser'));
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD));
}

/** @returns `call: what became of it`, once for each moment at which `deconfigure` came; `resolved`, or a code */
async function overtake(configuration: PowerAuthConfigurationType): Promise<string[]> {
  const outcomes: string[] = [];
  for (const [name, call] of Object.entries(CALLS)) {
    for (const isOpen of [true, false]) {
      for (const turns of [-1, 0, 1, 3, 10, 30]) {
        if (!(await powerAuth.isConfigured())) await configure(configuration);
        if (isOpen) await powerAuth.getActivationFingerprint();
        const outcome = call().then(
          () => 'resolved',
          (e: unknown) => (e instanceof PowerAuthError ? `${e.code} ${e.message}` : `raw ${String(e)}`),
        );
        if (turns >= 0) await Promise.resolve();
        for (let i = 0; i < turns; i++) await turn();
        await powerAuth.deconfigure();
        outcomes.push(`${name}: ${await outcome}`);
      }
    }
  }
  return outcomes;
}

const calls = { activate, overtake };
export type DeconfigureCalls = typeof calls;

serveCalls(calls);
