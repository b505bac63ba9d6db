/**
 * What tests of encryption share.
 *
 * @module
 */
import type { PowerAuthCryptogram, PowerAuthEncryptedRequestData } from '../../src/index.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';

/** Sends an encrypted request and answers the cryptogram that comes back, or the status. */
export async function send(
  server: PowerAuthTestServer,
  path: string,
  { cryptogram, header }: PowerAuthEncryptedRequestData,
): Promise<PowerAuthCryptogram> {
  const response = await fetch(server.baseUrl + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', [header.key]: header.value },
    body: JSON.stringify(cryptogram),
  });
  if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
  return (await response.json()) as PowerAuthCryptogram;
}
