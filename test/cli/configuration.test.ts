/** The configuration file in all its forms. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfiguration } from '../../src/cli/configuration.ts';
import { testServer } from '../helpers/client.ts';
import { rejection, temporaryFolder } from '../helpers/storage.ts';

const { signal } = new AbortController();

/** The settings of a server, and a way to read a file with some content. */
async function prepared() {
  const { configuration, mobileSdkConfig } = await testServer();
  const path = join(await temporaryFolder(), 'config.json');
  const read = async (content: unknown, settings: { baseUrl?: string } = {}) => {
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return readConfiguration({ config: path, baseUrl: settings.baseUrl }, { env: {}, signal });
  };
  const { applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl } = configuration;
  return {
    mobileSdkConfig,
    path,
    read,
    applicationKey,
    applicationSecret,
    masterServerPublicKey,
    baseEndpointUrl,
  };
}

test("the SDK's names, the cmd-tool's file and its one string lead to the same keys", async () => {
  const { mobileSdkConfig, read, path, ...keys } = await prepared();
  const { applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl } = keys;
  const vendor = {
    applicationName: 'x',
    applicationKey,
    applicationSecret,
    masterPublicKey: masterServerPublicKey,
  };
  for (const content of [
    { ...keys },
    `\uFEFF${JSON.stringify(keys)}`,
    { ...vendor, baseEndpointUrl },
    { applicationName: 'x', mobileSdkConfig, baseEndpointUrl },
    { configuration: mobileSdkConfig, baseEndpointUrl },
  ]) {
    expect(await read(content)).toMatchObject({
      path,
      configuration: { applicationKey, applicationSecret, baseEndpointUrl },
    });
  }
  const baseUrl = 'https://bank.example/enrollment';
  for (const content of [
    vendor,
    { ...vendor, baseEndpointUrl },
    `${mobileSdkConfig}\n`,
    JSON.stringify(mobileSdkConfig),
  ]) {
    const { configuration } = await read(content, { baseUrl });
    expect(configuration).toMatchObject({ applicationKey, baseEndpointUrl: baseUrl });
  }
});

test('what is missing or wrong is named, with the file', async () => {
  const { read, path, applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl } =
    await prepared();
  const all = { applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl };
  for (const [content, message] of [
    [{ ...all, applicationKey: 'abc' }, /applicationKey: expected Base64 of 16 bytes/],
    [{ ...all, masterServerPublicKey: undefined }, /masterServerPublicKey/],
    [
      { ...all, baseEndpointUrl: undefined },
      /baseEndpointUrl: expected the base URL of the server, got none/,
    ],
    [{ ...all, baseEndpointUrl: 'ftp://x' }, /baseEndpointUrl: expected an http/],
    [{ mobileSdkConfig: 'AAAA', baseEndpointUrl }, /expected the configuration string/],
    ['not JSON, not Base64', /expected JSON with the keys of the application/],
    ['[1]', /expected JSON with the keys of the application/],
  ] as const) {
    const error = await rejection(read(content));
    expect([error.code, error.message]).toEqual(['WRONG_PARAMETER', expect.stringMatching(message)]);
    expect(error.message.startsWith(`${path}: `)).toBe(true);
    expect(error.message).not.toContain(applicationSecret);
  }
});

test('a missing file says where it may be', async () => {
  const folder = await temporaryFolder();
  const named = await rejection(
    readConfiguration({ config: join(folder, 'x'), baseUrl: undefined }, { env: {}, signal }),
  );
  expect(named.message).toMatch(/^--config: cannot read .*ENOENT/);
  const env = { XDG_CONFIG_HOME: folder };
  if (process.platform !== 'linux') return;
  const standard = await rejection(
    readConfiguration({ config: undefined, baseUrl: undefined }, { env, signal }),
  );
  expect(standard.message).toContain(join(folder, 'powerauth-wasm', 'config.json'));
});

test.skipIf(process.platform === 'win32')('a file that every user may change is refused', async () => {
  const { read, path, mobileSdkConfig: _, ...keys } = await prepared();
  await writeFile(path, '');
  await chmod(path, 0o666);
  const error = await rejection(read(keys));
  expect(error.message).toContain(`chmod o-w ${path}`);
});
