import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PowerAuth, type PowerAuthKeychainConfigurationType } from '../../src/index.ts';
import * as elsewhere from '../../src/platform/default.ts';
import * as node from '../../src/platform/node.ts';
import * as server from '../../src/platform/server.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import { sealedStorage } from '../../src/storage/sealed.ts';
import type { PowerAuthStorage } from '../../src/storage/types.ts';
import { testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { testSqliteStorage } from '../helpers/sqlite.ts';
import { temporaryFolder } from '../helpers/storage.ts';

/** A storage of somebody's own, which knows of no key. */
function foreignStorage(): PowerAuthStorage {
  const storage: PowerAuthStorage = memoryStorage();
  return Object.assign(Object.create(storage) as PowerAuthStorage, {
    name: 'foreign',
    sealingKey: undefined,
  });
}

test('all runtimes have the same list', () => {
  expect(Object.keys(elsewhere).sort()).toEqual(Object.keys(node).sort());
  expect(Object.keys(server).sort()).toEqual(Object.keys(node).sort());
});

describe('Node', () => {
  afterEach(() => void vi.unstubAllEnvs());

  test.skipIf(process.platform !== 'linux')(
    'keeps records and key in the data folder of the user',
    async () => {
      const data = await temporaryFolder();
      vi.stubEnv('XDG_DATA_HOME', data);
      const folder = join(data, 'powerauth-wasm');
      const storage = node.defaultStorage();
      expect(existsSync(folder)).toBe(false);
      const sealed = sealedStorage(storage, () => node.defaultSealingKey(storage));
      await sealed.set('key', Uint8Array.of(1));
      await sealed.close();
      expect(existsSync(join(folder, 'powerauth.db'))).toBe(true);
      expect(readFileSync(join(folder, 'sealing.key')).length).toBe(32);
      const again = node.defaultStorage();
      expect(await sealedStorage(again, await node.defaultSealingKey(again)).get('key')).toEqual(
        Uint8Array.of(1),
      );
      await again.close();

      const foreign = foreignStorage();
      const key = await node.defaultSealingKey(foreign);
      const third = node.defaultStorage();
      expect(await sealedStorage(third, key).get('key')).toEqual(Uint8Array.of(1));
      await third.close();
    },
  );

  test('keeps the key of a folder in that folder, and that of a memory in memory', async () => {
    const folder = await temporaryFolder();
    await node.defaultSealingKey(testSqliteStorage(folder));
    expect(existsSync(join(folder, 'sealing.key'))).toBe(true);
    const memory = memoryStorage();
    expect(await node.defaultSealingKey(memory)).toBe(await memory.sealingKey?.());
  });
});

describe.skipIf(process.platform !== 'linux')('the data folder of the user who runs Node', () => {
  let folder: string;
  beforeEach(async () => {
    const data = await temporaryFolder();
    vi.stubEnv('XDG_DATA_HOME', data);
    folder = join(data, 'powerauth-wasm');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  });

  /** Configures an instance as a browser's code does, with what the platform has; undefined or the error. */
  async function configured(keychain?: PowerAuthKeychainConfigurationType): Promise<unknown> {
    const { configuration } = await testServer();
    const powerAuth = new PowerAuth('one-user');
    try {
      await powerAuth.configure(configuration, { enableUnsecureTraffic: true }, undefined, keychain);
      expect(await powerAuth.hasValidActivation()).toBe(false);
      return undefined;
    } catch (refused) {
      return refused;
    } finally {
      await powerAuth.deconfigure();
    }
  }

  const inTest = () => void vi.stubGlobal('document', {});
  const inNext = () => void vi.stubEnv('NEXT_RUNTIME', 'nodejs');
  const cases = Object.entries({ 'a test with jsdom': inTest, 'a page that Next renders': inNext });

  test.each(cases)('is not that of %s', async (_, enter) => {
    enter();
    expect(await configured()).toMatchObject(
      error('WRONG_PARAMETER', /^keychainConfiguration\.storage: .* memoryStorage\(\)/),
    );
    // Nor does the key lie there that seals the records of another storage.
    await expect(node.defaultSealingKey(foreignStorage())).rejects.toMatchObject(
      error('WRONG_PARAMETER', /^keychainConfiguration\.sealingKey: /),
    );
    expect(await configured({ storage: memoryStorage() })).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
  });

  test('is that of a window of Electron, and of code for servers alone', async () => {
    inTest();
    vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, electron: '40.0.0' });
    expect(await configured()).toBeUndefined();
    expect(existsSync(folder)).toBe(true);
    vi.restoreAllMocks();
    inNext();
    const storage = server.defaultStorage();
    await sealedStorage(storage, () => server.defaultSealingKey(storage)).set('key', Uint8Array.of(1));
    await storage.close();
  });
});

describe('elsewhere', () => {
  test('the records outlive the storage object, as on a disk', async () => {
    const storage = elsewhere.defaultStorage();
    await sealedStorage(storage, await elsewhere.defaultSealingKey(storage)).set('key', Uint8Array.of(1));
    await storage.close();
    const again = elsewhere.defaultStorage();
    const key = await elsewhere.defaultSealingKey(again);
    expect(await sealedStorage(again, key).get('key')).toEqual(Uint8Array.of(1));
    await again.close();
  });

  test('a storage that keeps no key needs one', async () => {
    await expect(elsewhere.defaultSealingKey(foreignStorage())).rejects.toMatchObject({
      name: 'PowerAuthError',
      code: 'WRONG_PARAMETER',
      message: expect.stringMatching(/^sealingKey: the foreign storage needs one/) as string,
    });
  });

  test('a bundler meets neither Node nor SQLite', async () => {
    const { metafile } = await build({
      entryPoints: [fileURLToPath(new URL('../../src/platform/default.ts', import.meta.url))],
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'browser',
      // As elsewhere: this repository's tsconfig.json maps the name to the implementation for Node.
      alias: { '#crypto': fileURLToPath(new URL('../../src/crypto/web.ts', import.meta.url)) },
      tsconfigRaw: '{}',
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain('src/storage/memory.ts');
    expect(inputs.filter((input) => /sqlite|data-folder|key-file|^node:/.test(input))).toEqual([]);
    expect(Object.values(metafile.outputs).flatMap((output) => output.imports)).toEqual([]);
  });
});
