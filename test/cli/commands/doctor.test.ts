/** `doctor`: each finding, with what to do about it. */
import { createServer } from 'node:https';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { jsonOf, openDesk, PASSWORD, type Ran } from '../../helpers/command-line.ts';
import { selfSignedCertificate } from '../../helpers/certificate.ts';

interface Finding {
  readonly level: string;
  readonly subject: string;
  readonly text: string;
  readonly remedy?: string;
}

/** The findings, of a failure as well. */
function findingsOf(ran: Ran): Record<string, Finding> {
  const { findings, error } = jsonOf(ran) as {
    findings?: Finding[];
    error?: { errorData: { findings: Finding[] } };
  };
  const all = findings ?? error?.errorData.findings ?? [];
  return Object.fromEntries(all.map((finding) => [finding.subject, finding]));
}

test('finds nothing wrong where all is well, and warns of http', async () => {
  const { run, activationId, folder } = await openDesk();
  const ran = await run(['doctor', '--json']);
  expect(ran.code).toBe(0);
  expect(findingsOf(ran)).toMatchObject({
    runtime: { level: 'ok', text: expect.stringMatching(/^(?:Node|Bun|Deno) \d/) as string },
    engine: { level: 'ok', text: expect.stringMatching(/^wasm/) as string },
    configuration: { level: 'ok', text: join(folder, 'config.json') },
    store: { level: 'ok', text: expect.stringContaining(': 1 records') as string },
    activation: { level: 'ok', text: `instance default: ${activationId}` },
    TLS: { level: 'warn' },
    clock: { level: 'ok' },
    'sealing key': { level: 'ok' },
    application: { level: 'ok' },
    state: { level: 'ok', text: 'ACTIVE' },
  });
  expect((await run(['doctor'])).stdout).toMatch(/^ok {4}runtime {8}Node/);
});

test('says what to do about what is wrong, and ends with the code of the first failure', async () => {
  const { server, run, file, folder } = await openDesk();
  const missing = await run(['doctor', '--json', '--config', join(folder, 'none')]);
  expect([missing.code, findingsOf(missing)['configuration']]).toMatchObject([2, { level: 'fail' }]);

  const key = await file('key', randomBytes(32));
  const unreadable = await run(['doctor', '--json', '--sealing-key', `file:${key}`]);
  expect([unreadable.code, findingsOf(unreadable)['store']]).toMatchObject([
    7,
    { level: 'fail', remedy: expect.stringContaining('store check') as string },
  ]);
  expect(findingsOf(unreadable)['sealing key']).toMatchObject({
    level: 'fail',
    text: `file:${key}: opens none of the 1 records`,
  });

  const open = await file('open-key', randomBytes(32), 0o644);
  const refused = await run(['doctor', '--json', '--sealing-key', `file:${open}`]);
  if (process.platform !== 'win32') {
    expect([refused.code, findingsOf(refused)['sealing key']]).toMatchObject([
      7,
      { level: 'fail', remedy: expect.stringContaining(`chmod 600 ${open}`) as string },
    ]);
  }
  const short = await file('short-key', randomBytes(31));
  const wrong = await run(['doctor', '--json', '--sealing-key', `file:${short}`]);
  expect(findingsOf(wrong)['sealing key']?.remedy).toContain('expected 32 bytes, got 31');
  const none = await run(['doctor', '--json', '--sealing-key', `file:${join(folder, 'no-key')}`]);
  expect(findingsOf(none)['sealing key']?.remedy).toContain('head -c 32 /dev/urandom');

  const http = await run(['doctor', '--json'], { env: { POWERAUTH_INSECURE_HTTP: '0' } });
  expect([http.code, findingsOf(http)['TLS']]).toMatchObject([6, { level: 'fail' }]);
  server.clockOffset = 120_000;
  expect(findingsOf(await run(['doctor', '--json']))['clock']).toMatchObject({
    level: 'warn',
    text: expect.stringMatching(/^the server's is 1(?:19|20)\d{3} ms ahead/) as string,
  });
  await server.close();
  const down = await run(['doctor', '--json']);
  expect([down.code, findingsOf(down)['server']]).toMatchObject([6, { level: 'fail' }]);
});

test('asks the server for the activation and the application', async () => {
  const { server, run, activationId, file } = await openDesk();
  const examined = async (...argv: string[]) => {
    const ran = await run(['doctor', '--json', ...argv]);
    return [ran.code, findingsOf(ran)] as const;
  };
  server.blockActivation(activationId);
  expect(await examined()).toMatchObject([
    4,
    { state: { level: 'fail', text: 'BLOCKED', remedy: 'Only the bank can unblock the activation.' } },
  ]);
  server.reset();
  expect(await examined()).toMatchObject([
    3,
    { state: { level: 'fail', remedy: expect.stringContaining('remove --local') as string } },
  ]);
  const { configuration } = (await openDesk({ isActivated: false })).server;
  const { masterServerPublicKey } = configuration;
  const { applicationKey, applicationSecret } = configuration;
  for (const others of [{ masterServerPublicKey }, { applicationKey, applicationSecret }]) {
    const config = await file('other.json', JSON.stringify({ ...server.configuration, ...others }));
    const [code, { application, clock }] = await examined('--config', config);
    expect([code, application?.level, clock?.level]).toEqual([
      'applicationKey' in others ? 4 : 5,
      'fail',
      'ok',
    ]);
  }
});

test('warns of an activation that waits for its commit', async () => {
  const { server, run, file } = await openDesk({ isActivated: false });
  const { activationCode } = server.createActivation();
  const files = [await file('code', activationCode), await file('password', PASSWORD)] as const;
  await run(['activate', '--code-file', files[0], '--password-file', files[1]]);
  const ran = await run(['doctor', '--json']);
  expect([ran.code, findingsOf(ran)['state']]).toMatchObject([0, { level: 'warn', text: 'PENDING_COMMIT' }]);
});

test('with --dry-run sends nothing', async () => {
  const { server, run } = await openDesk();
  const sent = server.requests.length;
  const ran = await run(['doctor', '--dry-run']);
  expect([ran.code, ran.stdout]).toEqual([0, expect.stringMatching(/^would check /)]);
  expect(server.requests.length).toBe(sent);
});

test('names a certificate that is not trusted', async () => {
  const { run, file, server } = await openDesk();
  const { certificate, key } = selfSignedCertificate();
  const https = createServer({ cert: certificate, key }, (_, response) => response.end());
  https.listen(0, '127.0.0.1');
  await once(https, 'listening');
  onTestFinished(() => void https.close());
  const { port } = https.address() as AddressInfo;
  const baseEndpointUrl = `https://127.0.0.1:${port}`;
  const config = await file('other.json', JSON.stringify({ ...server.configuration, baseEndpointUrl }));
  const ran = await run(['doctor', '--json', '--config', config]);
  expect([ran.code, findingsOf(ran)['TLS']]).toMatchObject([
    6,
    { level: 'fail', remedy: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string },
  ]);
});
