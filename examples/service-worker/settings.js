/**
 * Your own settings.
 *
 * @module
 */

/** The origin that gets headers. */
export const bank = 'https://bank.example';
export const instanceId = 'my-app';
export const client = {};
export const configuration = {
  applicationKey: '…',
  applicationSecret: '…',
  masterServerPublicKey: '…',
  baseEndpointUrl: 'https://bank.example/powerauth',
};
