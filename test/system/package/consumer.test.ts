import { mkdtemp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestsTo, testServer } from '../../helpers/client.ts';
import { npm, root, runNode } from './support.ts';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
  exports: Record<string, unknown>;
};

/** An example of a document: the first block of code after `<!-- example:<name> -->`. */
async function exampleOf(file: string, name: string): Promise<string> {
  const text = await readFile(join(root, file), 'utf8');
  const code = new RegExp(`<!-- example:${name} -->\\s*\`\`\`[jt]s\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
  if (code === undefined) throw new Error(`${file} has no block of code after <!-- example:${name} -->`);
  return code;
}

const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  // The compiler's own libraries are not ours to check; all that the package brings is.
  skipLibCheck: false,
  skipDefaultLibCheck: true,
  target: 'ES2022',
};
const bundler = { ...strict, module: 'esnext', moduleResolution: 'bundler' };
const nodenext = { ...strict, module: 'nodenext', moduleResolution: 'nodenext' };
const inNode = ['bundler', 'nodenext'];

/** What the gateway of docs/gateway.md takes from its bank: the settings are in the environment, a one-time password completes an activation. */
const bank = `
import { PowerAuthActivation, PowerAuthAuthentication, type PowerAuth, type PowerAuthConfigurationType } from 'powerauth-wasm';
const told = JSON.parse(process.env['BANK'] ?? '') as Record<'activationCode' | 'otp' | 'url', string> & { configuration: PowerAuthConfigurationType };
export const { configuration, url } = told;
export const client = { enableUnsecureTraffic: true };
export const sealingKey = new Uint8Array(32).fill(7);
export async function activate(powerAuth: PowerAuth): Promise<void> {
  const activation = PowerAuthActivation.createWithActivationCode(told.activationCode, 'Gateway');
  activation.additionalActivationOtp = told.otp;
  await powerAuth.createActivation(activation);
  await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('correct horse'));
}
`;

/** What exports something; the setup of sandboxes has its effect when it is loaded, and no export. */
const subpaths = Object.keys(manifest.exports).filter(
  (path) => !path.endsWith('.json') && path !== './testing/jsdom',
);

/** A program that loads entry points and says of each that it exports something. */
const loading = (paths: readonly string[]): string =>
  paths
    .map(
      (path, index) =>
        `import * as module${index} from '${path.replace('.', 'powerauth-wasm')}';\n` +
        `console.log('${path}', Object.keys(module${index}).length > 0);\n`,
    )
    .join('');

/** The same for CommonJS. */
const loadingOld = (paths: readonly string[]): string =>
  paths
    .map(
      (path) =>
        `console.log('${path}', Object.keys(require('${path.replace('.', 'powerauth-wasm')}')).length > 0);\n`,
    )
    .join('');

describe('the packed package in an empty project', () => {
  let project: string;

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'powerauth-wasm-consumer-'));
    await npm(['pack', '--pack-destination', project]);
    const [tarball] = await readdir(project);
    await writeFile(
      join(project, 'package.json'),
      JSON.stringify({ name: 'consumer', version: '1.0.0', private: true, type: 'module' }),
    );
    const nodeTypes = `@types/node@${manifest.devDependencies['@types/node'] ?? ''}`;
    const quietly = ['--prefer-offline', '--no-audit', '--no-fund'];
    await npm(['install', ...quietly, `./${tarball ?? ''}`, nodeTypes], project);
    await mkdir(join(project, 'src'));
    await writeFile(join(project, 'src/example.ts'), await exampleOf('README.md', 'main'));
    await writeFile(join(project, 'src/gateway.ts'), await exampleOf('docs/gateway.md', 'gateway'));
    await writeFile(join(project, 'src/bank.ts'), bank);
    await writeFile(join(project, 'src/subpaths.ts'), loading(subpaths));
    // What is for Node alone may ask for Node's types.
    const universal = subpaths.filter((path) => path !== './testing');
    await writeFile(join(project, 'src/browser.ts'), loading(universal));
    const forBrowsers = ['./storage/localforage', './biometry/webauthn'];
    const forNode = subpaths.filter((path) => !forBrowsers.includes(path));
    const key = 'crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])';
    const settings = `{ sealingKey: await ${key} }`;
    const using = `console.log(new module0.PowerAuthKeychainConfiguration(${settings}));\n`;
    await writeFile(join(project, 'src/node.ts'), loading(forNode) + using);
    const both = ['src/example.ts', 'src/gateway.ts', 'src/subpaths.ts'];
    await compile({
      bundler: [{ ...bundler, types: ['node'] }, ...both],
      nodenext: [{ ...nodenext, types: ['node'] }, ...both],
      browser: [{ ...bundler, lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [] }, 'src/browser.ts'],
      node: [{ ...nodenext, lib: ['ES2022'], types: ['node'] }, 'src/node.ts'],
    });
  }, 180_000);

  /** Compiles programs into folders of their names, in one process of the compiler. */
  async function compile(
    programs: Record<string, readonly [compilerOptions: object, ...files: string[]]>,
  ): Promise<void> {
    const configurations = Object.entries(programs).map(([name, [compilerOptions, ...files]]) => ({
      file: `tsconfig.${name}.json`,
      content: { compilerOptions: { ...compilerOptions, rootDir: 'src', outDir: name }, files },
    }));
    for (const { file, content } of configurations)
      await writeFile(join(project, file), JSON.stringify(content));
    await runNode([tsc, '--build', ...configurations.map(({ file }) => file)], project);
  }

  afterAll(async () => {
    await rm(project, { recursive: true, force: true });
  });

  test('it weighs less than 6 MB installed, with the packages that it takes and no others', async () => {
    const modules = join(project, 'node_modules');
    const files = (await readdir(modules, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      // Those of the TypeScript project that this is.
      .filter((file) => !/node_modules.(?:@types|undici-types|\.package-lock\.json)/.test(file));
    const packages = files
      .filter((file) => file.endsWith('package.json'))
      .map((file) => /node_modules.((?:@[^/\\]+.)?[^/\\]+).package\.json$/.exec(file)?.[1])
      .filter((name) => name !== undefined);
    expect(packages.sort()).toEqual(['@noble/hashes', 'powerauth-wasm']);
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`installed: ${(bytes / 1e6).toFixed(2)} MB`);
    expect(bytes).toBeLessThan(6_000_000);
  });

  describe.each(inNode)('moduleResolution %s', (resolution) => {
    test('the example of the README compiles and runs', async () => {
      const output = await runNode([`${resolution}/example.js`], project);
      expect(output).toContain('200');
    });

    test('the gateway of docs/gateway.md goes on after a restart with what it has', async () => {
      const server = await testServer();
      const { configuration, baseUrl } = server;
      const otp = '123456';
      const { activationCode } = server.createActivation({ otp });
      const url = `${baseUrl}/api/possession/token`;
      const folder = join(project, `gateway-${resolution}`);
      await mkdir(folder);
      const BANK = JSON.stringify({ configuration, url, otp, activationCode });
      const start = () => runNode([join(project, resolution, 'gateway.js')], folder, { BANK });
      expect(await start()).toBe('200\n');
      expect(await start()).toBe('200\n');
      const made = ['/pa/v3/activation/create', '/pa/v3/token/create'].map((path) =>
        requestsTo(server, path),
      );
      expect(made).toEqual([1, 1]);
    }, 60_000);

    test('every subpath compiles and loads', async () => {
      const output = await runNode([`${resolution}/subpaths.js`], project);
      expect(output.trim().split('\n')).toEqual(subpaths.map((path) => `${path} true`));
    });
  });

  test('require() takes it', async () => {
    await writeFile(join(project, 'old.cjs'), loadingOld(subpaths));
    const output = await runNode(['old.cjs'], project);
    expect(output.trim().split('\n')).toEqual(subpaths.map((path) => `${path} true`));
  });

  test('the driver of docs/storage.md keeps the contract, as node:test says', async () => {
    await writeFile(join(project, 'map-storage.mjs'), await exampleOf('docs/storage.md', 'driver'));
    await writeFile(join(project, 'contract.test.mjs'), await exampleOf('docs/storage.md', 'contract'));
    const output = await runNode(['--test', '--test-reporter=tap', 'contract.test.mjs'], project);
    expect(output).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(20);
  }, 60_000);

  test("an app for browsers compiles without Node's types", async () => {
    expect(await readdir(join(project, 'browser'))).toEqual(['browser.js']);
  }, 60_000);

  test('a program for Node compiles without the DOM library', async () => {
    expect(await readdir(join(project, 'node'))).toEqual(['node.js']);
  }, 60_000);

  describe('an app for browsers, with nothing set, is bundled', () => {
    beforeAll(async () => {
      await mkdir(join(project, 'app'));
      await writeFile(join(project, 'app/main.ts'), await exampleOf('docs/browser.md', 'browser'));
      await writeFile(join(project, 'app/index.html'), '<script type="module" src="./main.ts"></script>');
    });

    /** All scripts in a folder, as one text. */
    async function scriptsIn(folder: string): Promise<string> {
      const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.js'));
      return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n');
    }

    const bundlers: Record<string, (app: string, outdir: string) => Promise<unknown>> = {
      esbuild: (app, outdir) =>
        esbuild({ entryPoints: [join(app, 'main.ts')], bundle: true, format: 'esm', outdir }),
      vite: (root, outDir) => vite({ root, logLevel: 'error', build: { outDir } }),
    };

    test.each(Object.entries(bundlers))(
      'by %s',
      async (name, bundle) => {
        const out = join(project, `app-by-${name}`);
        await bundle(join(project, 'app'), out);
        const text = await scriptsIn(out);
        // Shown instead of the text, which is long. Browsers' storage is in it; Node's is not, nor a package to be found.
        const found = {
          browsers: text.includes('indexedDB.open') && text.includes('navigator.locks'),
          node: /["']node:|powerauth\.db/.exec(text)?.[0],
          outside: /^\s*(?:import|export)[\s{*][^;'"]*["'][^.'"][^'"]*["']/m.exec(text)?.[0],
        };
        expect(found).toEqual({ browsers: true, node: undefined, outside: undefined });
      },
      60_000,
    );
  });
});
