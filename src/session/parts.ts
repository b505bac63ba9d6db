/**
 * What the parts of a session may know of each other. {@link Session}, tokens and a pending activation stand above them.
 *
 * @module
 */

import { defaultBiometry } from '#platform';
import type { HotPathEngine } from '../hot-path/types.ts';
import { HttpClient } from '../net/client.ts';
import { systemClock } from '../net/clock.ts';
import { Endpoints } from '../net/endpoints.ts';
import { TimeSynchronization } from '../net/time-sync.ts';
import { deconfigured } from '../util/abort.ts';
import { ActivationStore } from './activation-store.ts';
import { BiometryFactor } from './biometry.ts';
import type { Configurations } from './configurations.ts';
import { Encryption } from './encryption.ts';
import { RecordKeys } from './record-keys.ts';
import { RequestSigner } from './request-signer.ts';
import type { SessionStorage } from './session-storage.ts';

/** The parts that the others are built on. */
export interface SessionParts {
  readonly configurations: Configurations;
  readonly keys: RecordKeys;
  readonly storage: SessionStorage;
  readonly engine: HotPathEngine;
  readonly endpoints: Endpoints;
  readonly time: TimeSynchronization;
  readonly activation: ActivationStore;
  readonly biometry: BiometryFactor;
  readonly encryption: Encryption;
  readonly signer: RequestSigner;
  /** Whether the session was closed. */
  readonly isClosed: boolean;
  /** @throws OPERATION_CANCELED after the session was closed */
  throwIfClosed(): void;
}

/**
 * Makes the parts of one session.
 *
 * @param ended aborted when the session is closed
 */
export function makeParts(
  instanceId: string,
  configurations: Configurations,
  engine: HotPathEngine,
  storage: SessionStorage,
  ended: AbortSignal,
): SessionParts {
  const { configuration, clientConfiguration, biometryConfiguration } = configurations;
  const { authenticateOnBiometricKeySetup, provider = defaultBiometry() } = biometryConfiguration;
  const keys = new RecordKeys(instanceId);
  const endpoints = new Endpoints(
    new HttpClient({
      ...clientConfiguration,
      // Secrets are in no copy of a configuration, unless they are asked for.
      customHttpHeaders: clientConfiguration.customHttpHeaders,
      basicHttpAuthentication: clientConfiguration.basicHttpAuthentication,
      baseEndpointUrl: configuration.baseEndpointUrl,
      signal: ended,
    }),
  );
  const time = new TimeSynchronization({
    clock: clientConfiguration.clock ?? systemClock,
    fetchServerTime: () => endpoints.serverStatus(),
  });
  const activation = new ActivationStore(storage, keys);
  return {
    configurations,
    keys,
    storage,
    engine,
    endpoints,
    time,
    activation,
    biometry: new BiometryFactor(activation, { provider, authenticateOnBiometricKeySetup }),
    encryption: new Encryption(configuration, endpoints, time),
    signer: new RequestSigner(configuration, activation, storage, keys.requests),
    get isClosed() {
      return ended.aborted;
    },
    throwIfClosed: () => {
      if (ended.aborted) throw deconfigured();
    },
  };
}
