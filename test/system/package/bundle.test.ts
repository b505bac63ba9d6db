import { readFile, readdir } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bundleProgram, PROMISED } from '../../helpers/sizes.mjs';
import { root, runNode } from './support.ts';

const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
};
/** What exports something; the setup of sandboxes has its effect when it is loaded, and no export. */
const subpaths = Object.keys(manifest.exports).filter(
  (path) => !path.endsWith('.json') && path !== './testing/jsdom',
);

describe('tree shaking', () => {
  test.each(subpaths)('an unused import of %s leaves nothing', async (path) => {
    const { text } = await bundleProgram(
      `import * as unused from '${path.replace('.', 'powerauth-wasm')}';`,
      // Only Node can resolve these; the point is that the import of them goes too.
      ['pg', 'redis', '@napi-rs/keyring', 'node:*'],
    );
    expect(text.trim()).toBe('');
  });
});

describe('importing', () => {
  test('does no work: nothing compiled, opened, timed or drawn from the random generator', async () => {
    const script = `
      const calls = [];
      const trap = (owner, name, label) => {
        const original = owner[name];
        owner[name] = function (...args) { calls.push(label); return Reflect.apply(original, this, args); };
      };
      for (const name of ['compile', 'instantiate', 'validate']) trap(WebAssembly, name, 'WebAssembly.' + name);
      for (const name of ['Module', 'Instance', 'Memory']) {
        WebAssembly[name] = new Proxy(WebAssembly[name], {
          construct(target, args) { calls.push('new WebAssembly.' + name); return Reflect.construct(target, args); },
        });
      }
      for (const name of ['fetch', 'setTimeout', 'setInterval', 'queueMicrotask']) trap(globalThis, name, name);
      trap(crypto, 'getRandomValues', 'crypto.getRandomValues');
      const before = Object.getOwnPropertyNames(globalThis).length;
      const loaded = await import('powerauth-wasm');
      console.log(JSON.stringify({
        exports: Object.keys(loaded).length > 0,
        calls,
        globals: Object.getOwnPropertyNames(globalThis).length - before,
      }));`;
    const output = await runNode(['--input-type=module', '--eval', script]);
    expect(JSON.parse(output)).toEqual({ exports: true, calls: [], globals: 0 });
  });
});

test('platforms bring the cryptography: no curve and no cipher is in the bundle', async () => {
  const { inputs } = await bundleProgram(`export * from 'powerauth-wasm';`);
  expect(inputs.filter((input) => /noble\/(?:curves|ciphers)|hkdf|pbkdf2/.test(input))).toEqual([]);
  expect(inputs.filter((input) => /dist\/crypto\/(?:node|web)\.js/.test(input))).toEqual([
    'dist/crypto/web.js',
  ]);
});

describe('where no browser is', () => {
  // Bundlers for the edge call their target a browser as well; it has neither IndexedDB nor files.
  test.each([
    ['wrangler for workerd', ['workerd', 'worker', 'browser'], 'default'],
    ['Next for its edge runtime', ['edge-light', 'worker', 'browser'], 'default'],
    ['webpack for a web worker', ['worker', 'browser'], 'browser'],
    ['any for a page', ['browser'], 'browser'],
  ])('%s gets the platform that it has', async (_, conditions, platform) => {
    const { inputs } = await bundleProgram(`export * from 'powerauth-wasm';`, [], conditions);
    expect(inputs).toContain('dist/crypto/web.js');
    expect(inputs).not.toContain('dist/crypto/node.js');
    expect(inputs.filter((input) => input.startsWith('dist/platform/'))).toEqual([
      `dist/platform/${platform}.js`,
    ]);
    // Consoles of browsers show errors in their own way.
    expect(inputs.filter((input) => input.includes('/inspect-'))).toEqual([
      `dist/util/inspect-${platform === 'browser' ? 'nothing' : 'error'}.js`,
    ]);
  });
});

test.each([
  [[], 'node', 'node'],
  // As in server components and route handlers of Next.
  [['react-server'], 'server', 'node'],
  [['edge-light', 'react-server'], 'default', 'web'],
])(
  'Node under the conditions %j gets the platform %s and cryptography by %s',
  async (conditions, ...files) => {
    const script = `for (const name of ['#platform', '#crypto']) console.log(import.meta.resolve(name))`;
    const args = ['--input-type=module', '--eval', script];
    const urls = await runNode([...conditions.map((condition) => `--conditions=${condition}`), ...args]);
    const [platform, crypto] = files;
    expect(urls.trim().split('\n')).toEqual(
      [`platform/${platform}`, `crypto/${crypto}`].map(
        (file) => pathToFileURL(join(root, `dist/${file}.js`)).href,
      ),
    );
  },
);

describe('the bundle for browsers', () => {
  const file = join(root, 'dist/browser/powerauth-wasm.js');

  test('asks for nothing: no import is left, of Node or of a package', async () => {
    const text = await readFile(file, 'utf8');
    expect(text).not.toMatch(/\bimport\s*["'{*(]|\bfrom\s*["']|\brequire\s*\(/);
    expect(text).not.toMatch(/node:|better-sqlite3|powerauth\.db|getBuiltinModule/);
  });

  test('is made of files that a browser can use', async () => {
    const { inputs } = await bundleProgram(`export * from 'powerauth-wasm';`);
    const foreign = inputs.filter((input) =>
      /node_modules\/redis\/|dist\/(?:platform\/(?:node|server)|storage\/(?:node|redis|sqlite)\b)/.test(
        input,
      ),
    );
    expect(foreign).toEqual([]);
    expect(inputs.filter((input) => builtinModules.includes(input))).toEqual([]);
    expect(inputs).toContain('dist/index.js');
  });

  test('exports what the package exports', async () => {
    const [packed, bundled] = await Promise.all(
      [join(root, 'dist/index.js'), file].map(
        async (path) => (await import(pathToFileURL(path).href)) as Record<string, unknown>,
      ),
    );
    expect(Object.keys(bundled ?? {}).sort()).toEqual(Object.keys(packed ?? {}).sort());
  });

  test('passes on the licence of each package in it', async () => {
    const text = await readFile(file.replace(/\.js$/, '.LICENSES.txt'), 'utf8');
    for (const name of ['@noble/hashes', 'localforage']) {
      expect(text).toContain(`${name} `);
    }
  });
});

describe('size', () => {
  test.each(Object.values(PROMISED))('$title stays within its bound', async ({ title, program, bound }) => {
    const { gzip, text } = await bundleProgram(program);
    console.log(
      `${title}: ${(gzip / 1000).toFixed(1)} KB gzip, ${(text.length / 1000).toFixed(1)} KB minified`,
    );
    expect(text.length).toBeGreaterThan(1000);
    expect(gzip).toBeLessThan(bound * 1000);
  });
});

describe('storage packages', () => {
  test.each([
    ['localforage', 'storage/localforage.ts'],
    ['pg', 'storage/postgres/pool.ts'],
    ['redis', 'storage/redis/client.ts'],
  ])('%s is imported in one file', async (name, driver) => {
    const files = (await readdir(join(root, 'src'), { recursive: true })).filter((path) =>
      path.endsWith('.ts'),
    );
    const importing = new RegExp(`(?:from|import)\\s*\\(?\\s*['"]${name}(?:/[^'"]*)?['"]`);
    const found: string[] = [];
    for (const path of files) {
      const code = (await readFile(join(root, 'src', path), 'utf8')).replaceAll(/^ *\*.*/gm, '');
      if (importing.test(code)) found.push(path.replaceAll('\\', '/'));
    }
    expect(found).toEqual([driver]);
  });
});
