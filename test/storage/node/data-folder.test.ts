import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PowerAuthErrorCode } from '../../../src/index.ts';
import { dataFolder } from '../../../src/storage/node/data-folder.ts';
import { error } from '../../helpers/error.ts';

/** As if the process ran on another system. */
const on = (platform: NodeJS.Platform) => vi.spyOn(process, 'platform', 'get').mockReturnValue(platform);

describe.skipIf(process.platform === 'win32')('the folder for data', () => {
  afterEach(() => void vi.unstubAllEnvs());

  test.each([
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/powerauth-wasm'],
    ['linux', { XDG_DATA_HOME: undefined }, '/people/alice/.local/share/powerauth-wasm'],
    ['linux', { XDG_DATA_HOME: '' }, '/people/alice/.local/share/powerauth-wasm'],
    ['linux', { XDG_DATA_HOME: 'data' }, '/people/alice/.local/share/powerauth-wasm'],
    ['linux', { XDG_DATA_HOME: './data' }, '/people/alice/.local/share/powerauth-wasm'],
    ['darwin', { XDG_DATA_HOME: '/data' }, '/people/alice/Library/Application Support/powerauth-wasm'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/powerauth-wasm/Data'],
    ['win32', { LOCALAPPDATA: 'local' }, '/people/alice/AppData/Local/powerauth-wasm/Data'],
  ] as const)('on %s with %o', (platform, variables, expected) => {
    vi.stubEnv('HOME', '/people/alice');
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    on(platform);
    expect(dataFolder()).toBe(join(expected));
  });

  test('an absolute XDG_DATA_HOME does without a home', () => {
    vi.stubEnv('HOME', '');
    vi.stubEnv('XDG_DATA_HOME', '/data');
    on('linux');
    expect(dataFolder()).toBe('/data/powerauth-wasm');
  });

  test.each(['', 'relative'])('a home that is %j is none', (home) => {
    vi.stubEnv('HOME', home);
    vi.stubEnv('XDG_DATA_HOME', undefined);
    on('linux');
    expect(dataFolder).toThrow(
      expect.objectContaining(
        error(PowerAuthErrorCode.WRONG_PARAMETER, /keychainConfiguration\.storage .*HOME$/),
      ),
    );
  });
});
