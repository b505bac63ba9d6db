/** The place of the configuration file on each system. */
import { expect, test } from 'vitest';
import { configurationFile } from '../../src/cli/places.ts';

test.each([
  ['linux', '/homes/a', {}, '/homes/a/.config/powerauth-wasm/config.json'],
  ['linux', '/homes/a', { XDG_CONFIG_HOME: '/cfg' }, '/cfg/powerauth-wasm/config.json'],
  ['linux', '/homes/a', { XDG_CONFIG_HOME: 'cfg' }, '/homes/a/.config/powerauth-wasm/config.json'],
  [
    'darwin',
    '/homes/a',
    { XDG_CONFIG_HOME: '/cfg' },
    '/homes/a/Library/Application Support/powerauth-wasm/config.json',
  ],
  ['win32', '/u/a', {}, '/u/a/AppData/Roaming/powerauth-wasm/Config/config.json'],
  ['win32', '/u/a', { APPDATA: '/roaming' }, '/roaming/powerauth-wasm/Config/config.json'],
] as const)('%s, home %s, %j', (platform, home, env, expected) => {
  expect(configurationFile({ platform, home, env }).replaceAll('\\', '/')).toBe(expected);
});
