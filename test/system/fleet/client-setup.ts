import { PowerAuth, PowerAuthAuthentication } from '../../../src/index.ts';
import { storageAt } from '../../helpers/place.ts';
import { QUICK_PASSWORDS } from '../../helpers/passwords.ts';

/** What a client is configured with. */
export interface ClientSetup {
  readonly instanceId: string;
  /** See {@link storageAt}. */
  readonly place: string;
  /** 32 bytes in hex. */
  readonly sealingKey: string;
  readonly configuration: {
    readonly applicationKey: string;
    readonly applicationSecret: string;
    readonly masterServerPublicKey: string;
    readonly baseEndpointUrl: string;
  };
}

/** A client on a store that others use as well. */
export async function configureClient({
  instanceId,
  place,
  sealingKey,
  configuration,
}: ClientSetup): Promise<PowerAuth> {
  const storage = storageAt(place);
  const powerAuth = new PowerAuth(instanceId);
  await powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, {
    ...QUICK_PASSWORDS,
    storage,
    sealingKey: Buffer.from(sealingKey, 'hex'),
  });
  return powerAuth;
}

/** Sends a signed request of the application's own, and answers the status. */
export async function sendSigned(powerAuth: PowerAuth, baseUrl: string): Promise<number> {
  const path = '/api/possession/signature';
  const { key, value } = await powerAuth.requestSignature(
    PowerAuthAuthentication.possession(),
    'POST',
    path,
    '{}',
  );
  const response = await fetch(baseUrl + path, { method: 'POST', headers: { [key]: value }, body: '{}' });
  await response.arrayBuffer();
  return response.status;
}
