/**
 * What the whole SDK adds to a session: everything but headers of tokens that are in the storage.
 *
 * @module
 */

import { defaultBiometry } from '#platform';
import type { PowerAuthBiometryProvider } from '../biometry/types.ts';
import { admitPasswordsOf, dismissPasswordsOf } from '../model/power-auth-password.ts';
import { BiometryFactor } from './biometry.ts';
import { Encryption } from './encryption.ts';
import { PendingActivation } from './pending-activation.ts';
import { RequestSigner } from './request-signer.ts';
import type { SessionKit } from './session.ts';
import type { Settings } from './settings.ts';
import { dropKeysOf } from './temporary-keys.ts';
import { TokenRequests } from './token-requests.ts';

/** The platform's providers of instances that pass none. */
const providers = new WeakMap<Settings, PowerAuthBiometryProvider | undefined>();

function platformProvider(settings: Settings): PowerAuthBiometryProvider | undefined {
  if (!providers.has(settings)) providers.set(settings, defaultBiometry());
  return providers.get(settings);
}

export const WHOLE: SessionKit = {
  biometry: ({ settings, activation }) => {
    const { provider = platformProvider(settings), authenticateOnBiometricKeySetup } =
      settings.configurations.biometryConfiguration;
    return new BiometryFactor(activation, { provider, authenticateOnBiometricKeySetup });
  },
  encryption: (session) => new Encryption(session),
  signer: ({ settings, activation, storage, keys }) =>
    new RequestSigner(settings.configurations.configuration, activation, storage, keys.requests),
  pending: (session, tokens, changes) => new PendingActivation(session, tokens, changes),
  tokenRequests: (session, tokens) => new TokenRequests(session, tokens),
  begin: ({ instanceId }) => admitPasswordsOf(instanceId),
  end: (session) => {
    dismissPasswordsOf(session.instanceId);
    dropKeysOf(session);
  },
};
