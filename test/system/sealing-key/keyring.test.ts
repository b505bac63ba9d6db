import { AsyncEntry } from '@napi-rs/keyring';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PowerAuthAuthentication } from '../../../src/index.ts';
import { keyringSealingKey } from '../../../src/sealing-key/keyring.ts';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import { buildChild, Child } from '../../helpers/child.ts';
import { activate, testClient, testServer } from '../../helpers/client.ts';
import { keyringEnvironment, useKeyring } from '../../helpers/keyring.ts';
import { describeWith } from '../../helpers/programs.ts';
import { testSqliteStorage } from '../../helpers/sqlite.ts';
import { rejection, temporaryFolder } from '../../helpers/storage.ts';

const store = { linux: { store: 'secret-service' } } as const;

describeWith('keyring', 'a key in the keychain', () => {
  const keychainFolder = useKeyring();

  test('is made once, is the same ever after, and seals the records of a client', async () => {
    const key = await keyringSealingKey({ service: 'test' });
    expect(key.extractable).toBe(false);
    const path = await temporaryFolder();
    const secret = Buffer.from('a secret');
    const first = testSqliteStorage(path);
    await sealedStorage(first, key).set('key', secret);
    const again = await keyringSealingKey({ service: 'test' });
    expect(Buffer.from((await sealedStorage(first, again).get('key')) ?? [])).toEqual(secret);
    const other = await keyringSealingKey({ service: 'test', account: 'another' });
    expect((await rejection(sealedStorage(first, other).get('key'))).message).toMatch(
      /sealed with another key/,
    );

    const server = await testServer();
    const storage = testSqliteStorage(path);
    const powerAuth = await testClient(server, { instanceId: 'keychain', storage, sealingKey: key });
    await activate(server, powerAuth);
    await powerAuth.tokenStore.requestAccessToken('token', PowerAuthAuthentication.possession());
    await powerAuth.deconfigure();
    const next = await testClient(server, { instanceId: 'keychain', storage, sealingKey: again });
    expect(await next.tokenStore.hasLocalToken('token')).toBe(true);
    // No key lies beside the records.
    expect(readdirSync(path).sort()).toEqual(['powerauth.db', 'powerauth.db-shm', 'powerauth.db-wal']);
  });

  test('lies in no file in clear', async () => {
    await keyringSealingKey({ service: 'test' });
    const secret = Buffer.from((await new AsyncEntry('test', 'sealing key', store).getSecret()) ?? []);
    expect(secret.length).toBe(32);
    for (const file of readdirSync(keychainFolder(), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const content = readFileSync(join(file.parentPath, file.name));
      for (const form of ['latin1', 'hex', 'base64'] as const)
        expect(content.includes(secret.toString(form), 0, 'latin1')).toBe(false);
    }
  });

  test('is the same for eight processes that begin at once', async () => {
    const script = await buildChild(new URL('./keyring-child.ts', import.meta.url));
    const path = await temporaryFolder();
    const ids = Array.from({ length: 8 }, (_, i) => `process ${i}`);
    await Promise.all(ids.map((id) => new Child(script, path, id).done()));
    const sealed = sealedStorage(testSqliteStorage(path), await keyringSealingKey());
    for (const id of ids)
      expect(Buffer.from((await sealed.get(id)) ?? []).toString()).toBe(`secret of ${id}`);
  });

  test('is refused when it is something else, and left as it is', async () => {
    const entry = new AsyncEntry('taken', 'sealing key', store);
    await entry.setPassword('a password of another program');
    const error = await rejection(keyringSealingKey({ service: 'taken' }));
    expect(error).toMatchObject({ name: 'PowerAuthError', code: 'UNKNOWN_ERROR' });
    expect(error.message).toMatch(/"taken sealing key".*expected 32 bytes there, got 29/);
    expect(await entry.getPassword()).toBe('a password of another program');
  });
});

test('without a keychain it says so, and makes no key elsewhere', async () => {
  const script = await buildChild(new URL('./keyring-child.ts', import.meta.url));
  const home = await temporaryFolder();
  // In a process of its own, because one process finds one keychain or none.
  const { status, stderr } = spawnSync(process.execPath, [script, home, 'id'], {
    env: { ...process.env, ...keyringEnvironment(home) },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /UNKNOWN_ERROR: Cannot use the sealing key "powerauth-wasm sealing key" in the system's keychain: .*Is there a keychain/s,
  );
  expect(readdirSync(home)).toEqual([]);
});

describe('options that will not do', () => {
  test.each<[string, object, string]>([
    ['an empty service', { service: '' }, 'service'],
    ['a service that is no string', { service: 7 }, 'service'],
    ['a long account', { account: 'x'.repeat(201) }, 'account'],
    ['NUL in an account', { account: 'a\0b' }, 'account'],
  ])('%s', async (_what, options, field) => {
    const error = await rejection(keyringSealingKey(options));
    expect(error).toMatchObject({ code: 'WRONG_PARAMETER' });
    expect(error.message.startsWith(`${field}: expected `)).toBe(true);
  });
});
