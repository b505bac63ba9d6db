/**
 * Your own settings.
 *
 * @module
 */
import type { PowerAuthClientConfigurationType, PowerAuthConfigurationType } from 'powerauth-wasm';

/** The provider at which users log in, and the app's registration there. */
export const provider = {
  /** As the PowerAuth server's configuration calls it. */
  providerId: 'bank-id',
  issuer: 'https://login.bank.example',
  clientId: 'bank',
  /** This page. The PowerAuth server's configuration must have the same address. */
  redirectUri: 'https://bank.example/',
};
export const instanceId = 'my-app';
export const client: PowerAuthClientConfigurationType = {};
export const configuration: PowerAuthConfigurationType = {
  applicationKey: '…',
  applicationSecret: '…',
  masterServerPublicKey: '…',
  baseEndpointUrl: 'https://bank.example/powerauth',
};
