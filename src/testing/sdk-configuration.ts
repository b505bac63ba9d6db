/**
 * An application's configuration in one string, as the genuine server's SdkConfigurationSerializer writes it.
 *
 * @module
 */

/** @param values Base64; at most 127 bytes each */
export function sdkConfiguration(values: {
  readonly applicationKey: string;
  readonly applicationSecret: string;
  readonly masterServerPublicKey: string;
}): string {
  const data = (base64: string): Buffer => {
    const bytes = Buffer.from(base64, 'base64');
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  };
  const { applicationKey, applicationSecret, masterServerPublicKey } = values;
  const application = [Buffer.from([1]), data(applicationKey), data(applicationSecret)];
  return Buffer.concat([...application, Buffer.from([1, 1]), data(masterServerPublicKey)]).toString('base64');
}
