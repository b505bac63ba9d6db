import { generateKeyPairSync, sign } from 'node:crypto';

/** The DER of a value (ITU-T X.690): tag, length, content. */
function der(tag: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const length =
    content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), content]);
}

const SEQUENCE = 0x30;
const time = (ms: number): Buffer =>
  der(0x17, `${new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)}Z`);

const DAY = 86_400_000;

/**
 * A certificate for `localhost` and 127.0.0.1 that nobody has issued (RFC 5280), and its key, as PEM.
 *
 * @param end of its validity, ms
 */
export function selfSignedCertificate(end = Date.now() + DAY): {
  readonly certificate: string;
  readonly key: string;
} {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // ecdsa-with-SHA256
  const algorithm = der(SEQUENCE, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const commonName = der(SEQUENCE, der(0x06, Buffer.from('550403', 'hex')), der(0x0c, 'test'));
  const name = der(SEQUENCE, der(0x31, commonName));
  const alternatives = der(SEQUENCE, der(0x82, 'localhost'), der(0x87, Buffer.of(127, 0, 0, 1)));
  const extension = der(SEQUENCE, der(0x06, Buffer.from('551d11', 'hex')), der(0x04, alternatives));
  const content = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    algorithm,
    name,
    der(SEQUENCE, time(Math.min(end, Date.now()) - DAY), time(end)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, extension)),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = der(SEQUENCE, content, algorithm, der(0x03, Buffer.of(0), signature));
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
