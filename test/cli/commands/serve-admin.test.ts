/** `serve`: where its admin API is, and TLS. */
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { selfSignedCertificate } from '../../helpers/certificate.ts';
import { runCommand } from '../../helpers/command-line.ts';
import { file, statusOf, serve } from './serve.ts';

describe('where the admin API is', () => {
  test('at another port of this machine, if others reach the server and there is no token', async () => {
    const { baseUrl, adminUrl } = await serve('--host', '0.0.0.0');
    expect(adminUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/admin$/);
    expect(adminUrl.startsWith(`${baseUrl}/`)).toBe(false);
    expect(await statusOf(`${adminUrl}/clock`)).toBe(200);
    expect(await statusOf(`${baseUrl}/admin/clock`)).toBe(404);
    // For the health checks of whoever started it.
    expect(await statusOf(`${baseUrl}/admin/health`)).toBe(200);
  });

  test('at the port that it was given', async () => {
    const { baseUrl, adminUrl } = await serve('--admin-port', '0');
    expect(await statusOf(`${adminUrl}/clock`)).toBe(200);
    expect(await statusOf(`${baseUrl}/admin/clock`)).toBe(404);
    expect(await statusOf(adminUrl.replace('/admin', '/pa/v3/status'), { method: 'POST' })).toBe(404);
  });

  test('where the server is, with a token', async () => {
    const token = await file('token', 's3cret-token\n');
    const { baseUrl, adminUrl } = await serve('--host', '0.0.0.0', '--admin-token-file', token);
    expect(adminUrl).toBe(`${baseUrl}/admin`);
    expect(await statusOf(`${adminUrl}/clock`)).toBe(401);
    const headers = { Authorization: 'Bearer s3cret-token' };
    expect(await statusOf(`${adminUrl}/clock`, { headers })).toBe(200);
  });

  test.each(['two words', 'schlüssel', '"quoted"'])(
    'a token that no header can carry, %j, is refused',
    async (token) => {
      const argv = ['serve', '--admin-token-file', await file('token', token)];
      const { code, stderr } = await runCommand(argv);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining('--admin-token-file: expected a token of letters'),
      ]);
      expect(stderr).not.toContain(token);
    },
  );

  test('a token that others can read is refused', async () => {
    const { stderr } = await runCommand(['serve', '--admin-token-file', await file('token', 'x', 0o644)]);
    expect(stderr).toContain('others may read');
  });
});

test('over TLS', async () => {
  const { certificate, key } = selfSignedCertificate();
  const [certFile, keyFile] = [await file('cert.pem', certificate, 0o644), await file('key.pem', key)];
  const { baseUrl } = await serve('--tls-cert', certFile, '--tls-key', keyFile);
  expect(baseUrl).toMatch(/^https:/);
  // A page of the server itself.
  const headers = { Origin: baseUrl };
  const request = getSecurely(`${baseUrl}/admin/clock`, { ca: certificate, headers });
  const [{ statusCode }] = (await once(request, 'response')) as [IncomingMessage];
  expect(statusCode).toBe(200);
  request.destroy();
});

test('over TLS it ends although handshakes are not complete, at both ports', async () => {
  const { certificate, key } = selfSignedCertificate();
  const [certFile, keyFile] = [await file('cert.pem', certificate), await file('key.pem', key)];
  const argv = ['--tls-cert', certFile, '--tls-key', keyFile, '--admin-port', '0'];
  const { baseUrl, adminUrl, end } = await serve(...argv);
  for (const { port } of [new URL(baseUrl), new URL(adminUrl)]) {
    const half = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    await once(half, 'connect');
    const whole = connectSecurely({ port: Number(port), host: '127.0.0.1', ca: certificate });
    await once(
      whole.on('error', () => undefined),
      'secureConnect',
    );
  }
  expect(await end()).toBe(0);
});

describe('a certificate and a key that are refused, with what is wrong', () => {
  const { certificate, key } = selfSignedCertificate();
  const encrypted = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-128-cbc',
    passphrase: 'open sesame',
  });
  const other = selfSignedCertificate().key;
  test.each<[string, string, string | Buffer, string]>([
    ['a key in place of the certificate', key, key, '--tls-cert: expected a certificate in PEM'],
    ['no certificate', '', key, '--tls-cert: expected a certificate in PEM'],
    ['no key', certificate, '', '--tls-key: expected a private key in PEM'],
    ['neither', '', '', '--tls-cert: expected a certificate in PEM'],
    ['a certificate in place of the key', certificate, certificate, '--tls-key: expected a private key'],
    ['the key of another certificate', certificate, other, 'got that of another one'],
    [
      'an encrypted key',
      certificate,
      encrypted,
      '--tls-key: expected a key that is not encrypted, got one that is',
    ],
  ])('%s', async (_, cert, privateKey, message) => {
    const files = [await file('cert.pem', cert), await file('key.pem', String(privateKey))] as const;
    const { code, stdout, stderr } = await runCommand([
      ...['serve', '--tls-cert', files[0], '--tls-key', files[1]],
      '--dry-run',
    ]);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
  });

  test('one that has expired is used, and said to be', async () => {
    const expired = selfSignedCertificate(Date.now() - 60_000);
    const files = [await file('cert.pem', expired.certificate), await file('key.pem', expired.key)] as const;
    const argv = ['serve', '--tls-cert', files[0], '--tls-key', files[1], '--dry-run'];
    const { code, stderr } = await runCommand(argv);
    expect([code, stderr]).toEqual([0, expect.stringContaining('The certificate has expired')]);
  });
});
