/**
 * What npm publishes in dist/: the modules and their declarations, one file for browsers that load modules without a bundler,
 * and CommonJS for what can't require modules, such as Jest.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';
import ts from 'typescript';
import { root } from './run.mjs';

/** Where tsconfig.build.json has modules and declarations written. */
const COMPILED = join(root, 'build', 'compiled');
const DIST = join(root, 'dist');

/**
 * @typedef {object} Manifest
 * @property {string} version
 * @property {Record<string, string | Record<'types' | 'default', string>>} exports
 * @property {Record<string, Record<string, string>>} imports
 * @property {Record<string, string>} dependencies
 * @property {Record<string, string>} peerDependencies
 */

/** @type {Manifest} */
const { version, exports, imports, dependencies, peerDependencies } = readJson('package.json');
const entries = Object.values(exports).filter((target) => typeof target === 'object');
/** What a runtime chooses by conditions, under `#name`, for CommonJS under `#name-required`. */
const chosen = (/** @type {string[]} */ names) =>
  [...new Set(names.flatMap((name) => Object.values(imports[name] ?? {})))].filter((file) =>
    file.endsWith('.js'),
  );
const isRequired = (/** @type {string} */ name) => `${name}-required` in imports;

/** @param {string} path of the project */
function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

/** @param {string} folder @param {string} extension @returns all its files, at any depth */
const filesIn = (folder, extension = '') =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map(({ parentPath, name }) => join(parentPath, name));

const OPTIONS = /** @type {const} */ ({
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  write: false,
  metafile: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  // Our own settings (paths for `#crypto` and `#platform`) are not those of the package.
  tsconfigRaw: '{}',
});

/**
 * What is cut out of localforage, by file: pattern and replacement. It opens the database, once for each name, and the rest
 * is our own. Nothing calls its methods for records, sets it up again, brings a driver or passes a callback.
 *
 * @type {Record<string, [RegExp, string][]>}
 */
const CUTS = {
  'localforage.js': [
    // Other drivers, and the tests of them.
    [/(?<=const DefinedDrivers = )\{\}/, '{ [idbDriver._driver]: idbDriver }'],
    [/const DriverSupport = \{\};/, ''],
    [/,\s+WEBSQL: websqlDriver,\s+LOCALSTORAGE: localstorageDriver/, ''],
    [/,\s+DefaultDrivers\.WEBSQL\._driver,\s+DefaultDrivers\.LOCALSTORAGE\._driver/, ''],
    [/if \(!DefinedDrivers\[driverName\]\) \{[\s\S]*?this\.defineDriver\(driver\);\s+\}/, ''],
    [/this\._getSupportedDrivers\(drivers\)/, 'drivers'],
    [/ {4}supports\(driverName\) \{[\s\S]*?\n {4}\}/, ''],
    [/ {4}_getSupportedDrivers\(drivers\) \{[\s\S]*?\n {4}\}/, ''],
    // Methods that wait until it is ready.
    [/const OptionalDriverMethods = [\s\S]*?(?=const DefaultConfig)/, ''],
    [/function callWhenReady[\s\S]*?(?=function extend)/, ''],
    [/this\._wrapLibraryMethodsWithReady\(\);/, ''],
    [/self\._wrapLibraryMethodsWithReady\(\);/, ''],
    [/ {4}_wrapLibraryMethodsWithReady\(\) \{[\s\S]*?\n {4}\}/, ''],
    [/ {4}config\(options\) \{[\s\S]*?(?= {4}driver\(\) \{)/, ''],
    [/ {4}getSerializer\(callback\) \{[\s\S]*?\n {4}\}/, ''],
  ],
  'indexeddb.js': [
    [/(?<=_support: )isIndexedDBValid\(\),[^}]*dropInstance/, 'true'],
    // A store for trials with Blobs, and a warning about a version, which nobody asks for.
    [/if \(e\.oldVersion <= 1\) \{[\s\S]*?\}/, ''],
    [/if \(dbInfo\.version !== defaultVersion\) \{[\s\S]*?\}/, ''],
    // Instances that share a database.
    [/dbContexts\[dbInfo\.name\] = dbContexts\[dbInfo\.name\] \|\| createDbContext\(\);/, ''],
    [/_deferReadiness\(dbInfo\);(?=\s+dbInfo\.db\.close)/, ''],
    [/(?<=resolve\(db\);\s+)_advanceReadiness\(dbInfo\);/, ''],
    [/\/\/ Get the current context[\s\S]*?(?=\/\/ Initialize the connection)/, ''],
    [
      /Promise\.all\(initPromises\)(?=\s+\.then\(function\(\) \{\s+dbInfo\.db = dbContext\.db)/,
      'Promise.resolve()',
    ],
    [/dbInfo\.db = dbContext\.db;/, ''],
    [/(?<=dbInfo\.db = )dbContext\.db = (?=db;\s+self\._dbInfo)/, ''],
    [/(?<=self\._dbInfo = dbInfo;)[\s\S]*?(?=\}\);\n\}\n)/, ''],
  ],
};

/**
 * What takes the place of other files of localforage. Whether the browser has IndexedDB, `storage/localforage/failure.ts`
 * has looked before.
 *
 * @type {Record<string, string>}
 */
const REPLACED = {
  'promise.js': 'export default Promise;',
  'isArray.js': 'export default Array.isArray;',
  'idb.js': 'export default { open: (...args) => indexedDB.open(...args) };',
  'executeTwoCallbacks.js': 'export default () => {};',
  ...Object.fromEntries(
    ['websql', 'localstorage', 'serializer', 'includes', 'executeCallback', 'isIndexedDBValid'].map(
      (name) => [`${name}.js`, 'export default undefined;'],
    ),
  ),
};

/**
 * localforage as far as we use it: with its driver for IndexedDB alone, without what nothing calls, and on the platform's
 * promises. Its published files are one for all, with two more drivers and promises for browsers that have none.
 *
 * @type {import('esbuild').Plugin}
 */
const localforage = {
  name: 'localforage',
  setup: ({ onResolve, onLoad }) => {
    const sources = join(root, 'node_modules', 'localforage', 'src');
    onResolve({ filter: /^localforage$/ }, () => ({ path: join(sources, 'localforage.js') }));
    // Everything else that the module imports stays an import.
    onResolve({ filter: /^\./ }, ({ path, importer }) =>
      importer.startsWith(sources) ? undefined : { path, external: true },
    );
    onLoad({ filter: /localforage.src.*\.js$/ }, ({ path }) => {
      const file = basename(path);
      let contents = REPLACED[file] ?? readFileSync(path, 'utf8');
      for (const [pattern, replacement] of CUTS[file] ?? []) {
        if (!pattern.test(contents)) throw new Error(`bundle.mjs finds no ${pattern} to cut out of ${path}`);
        contents = contents.replace(pattern, replacement);
      }
      return { contents, resolveDir: dirname(path) };
    });
  },
};

/** What the compiler wrote, without comments. One module takes in a package, because no user installs that one. @param {string[]} sources */
async function modules(sources) {
  const vendor = join(COMPILED, 'storage', 'localforage.js');
  const scripts = sources
    .map((file) => join(COMPILED, file.replace(/ts$/, 'js')))
    .filter((file) => file !== vendor);
  const own = await build({
    ...OPTIONS,
    bundle: false,
    format: undefined,
    entryPoints: scripts,
    outbase: COMPILED,
  });
  const { outputFiles, metafile } = await build({
    ...OPTIONS,
    entryPoints: [vendor].filter(existsSync),
    outbase: COMPILED,
    plugins: [localforage],
  });
  return { outputFiles: [...own.outputFiles, ...outputFiles], metafile };
}

const forBrowsers = () =>
  build({
    ...OPTIONS,
    entryPoints: { 'browser/powerauth-wasm': 'dist/index.js' },
    platform: 'browser',
    minify: true,
  });

/**
 * The program `powerauth-wasm`, with everything it needs. Each command loads only its own parts, because Node takes longer
 * to load its own modules, such as HTTP, than a header takes to make. The drivers of storages stay the user's choice.
 */
const forTerminals = () =>
  build({
    ...OPTIONS,
    entryPoints: { cli: join(COMPILED, 'cli', 'main.js') },
    splitting: true,
    chunkNames: 'cli/[name]-[hash]',
    platform: 'node',
    // As Node resolves them where the program is installed.
    alias: Object.fromEntries(
      Object.entries(imports)
        .filter(([name]) => !name.endsWith('-required'))
        .map(([name, choices]) => [name, join(COMPILED, relative('dist', choices.node))]),
    ),
    external: Object.keys(peerDependencies),
    define: { POWERAUTH_WASM_VERSION: JSON.stringify(version) },
    minify: true,
  });

/** The page of the test server, its worker, and what they look like; nothing in a project without one. */
async function forPlayground() {
  const folder = join(root, 'playground');
  if (!existsSync(folder)) return { outputFiles: [], metafile: { inputs: {} } };
  const { outputFiles, metafile } = await build({
    ...OPTIONS,
    entryPoints: [
      { in: 'playground/main.ts', out: 'playground/playground' },
      { in: 'playground/engines.ts', out: 'playground/engines' },
      { in: 'playground/styles/playground.css', out: 'playground/playground' },
    ],
    platform: 'browser',
    minify: true,
    // It measures all engines, also the one that bundles for browsers leave out.
    alias: { '#wasm': './dist/hot-path/builds/all.js' },
    plugins: [
      {
        name: 'built',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\.\/src\// }, ({ path }) => ({
            path: join(DIST, path.slice('../src/'.length).replace(/ts$/, 'js')),
          })),
      },
    ],
  });
  const page = {
    path: join(DIST, 'playground', 'index.html'),
    text: readFileSync(join(folder, 'index.html'), 'utf8'),
  };
  return { outputFiles: [...outputFiles, page], metafile };
}

/** In files that share what they have in common. Packages that are modules alone are in it: what can't require ours can't require theirs. */
async function forRequire() {
  const isModuleAlone = (/** @type {string} */ name) => {
    const manifest = readJson(`node_modules/${name}/package.json`);
    return manifest.type === 'module' && !JSON.stringify(manifest).includes('"require":');
  };
  const { outputFiles, metafile } = await build({
    ...OPTIONS,
    entryPoints: [
      ...entries.map((target) => target.default),
      ...chosen(Object.keys(imports).filter(isRequired)),
    ],
    outbase: 'dist',
    outdir: 'dist/cjs',
    outExtension: { '.js': '.cjs' },
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    platform: 'node',
    external: [
      ...Object.keys(dependencies).filter((name) => !isModuleAlone(name)),
      ...Object.keys(peerDependencies),
    ],
    plugins: [
      {
        name: 'required',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^#/ }, ({ path }) =>
            isRequired(path) ? { path: `${path}-required`, external: true } : undefined,
          ),
      },
    ],
  });
  const files = outputFiles.map(async ({ path, text }) => {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: 'es2022',
      // Jest's `require` has no `import()` beside it.
      supported: { 'dynamic-import': false },
      // Where `import.meta` matters the source says what takes its place.
      logOverride: { 'empty-import-meta': 'silent' },
      tsconfigRaw: '{}',
    });
    return { path, text: code };
  });
  return { outputFiles: await Promise.all(files), metafile };
}

/** The bytes of a build beside the module that has them as text, for runtimes that import WebAssembly. @param {string} name */
async function wasmFile(name) {
  const [{ wasmText }, { decodeBinary }] = await Promise.all(
    [name, 'hot-path/binary-text'].map((file) => import(pathToFileURL(join(COMPILED, `${file}.js`)).href)),
  );
  return { path: join(DIST, `${name}.wasm`), text: decodeBinary(wasmText) };
}

/** The description of the admin API as a file, for programs that generate clients or documentation. */
async function openApiFile() {
  const { openApi } = await import(pathToFileURL(join(COMPILED, 'testing', 'admin', 'openapi.js')).href);
  return { path: join(DIST, 'testing', 'openapi.json'), text: `${JSON.stringify(openApi, null, 2)}\n` };
}

/** All declarations, and for npm a list of those that no public one leads to. @param {string[]} sources */
function declarations(sources) {
  const declaration = (/** @type {string} */ file) => file.replace(/(?:\.d)?\.[jt]s$/, '.d.ts');
  const texts = new Map(
    sources.map(declaration).map((file) => [file, readFileSync(join(COMPILED, file), 'utf8')]),
  );
  const left = new Set(texts.keys());
  const reach = (/** @type {string} */ file) => {
    if (!left.delete(file)) return;
    for (const { fileName } of ts.preProcessFile(texts.get(file) ?? '').importedFiles) {
      reach(declaration(join(dirname(file), fileName)));
      for (const choice of chosen([fileName])) reach(relative('dist', declaration(choice)));
    }
  };
  for (const { types } of entries) reach(relative('dist', types));
  const files = [...texts].map(([file, text]) => ({ path: join(DIST, file), text }));
  return [
    ...files,
    {
      path: join(DIST, '.npmignore'),
      text: [...left]
        .sort()
        .map((file) => `/${file}\n`)
        .join(''),
    },
  ];
}

/** The licences of all packages in bundles, which their authors ask to be passed on. @param {string[]} inputs */
function licences(inputs) {
  const folders = inputs.flatMap(
    (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
  );
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license, homepage } = readJson(`${folder}/package.json`);
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    // Some packages only name their licence.
    if (file === undefined && !license) throw new Error(`${name} does not say under which licence it is`);
    const text = file === undefined ? homepage : readFileSync(join(root, folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** Writes what differs; a reader sees the old file or the new one, never a half. @param {{ path: string, text: string | Buffer }[]} files */
function write(files) {
  const differing = files.filter(
    ({ path, text }) => !existsSync(path) || !readFileSync(path).equals(Buffer.from(text)),
  );
  for (const { path, text } of differing) {
    const temporary = join(root, 'build', `${process.pid}.tmp`);
    mkdirSync(dirname(path), { recursive: true });
    // A program may be started by its name.
    writeFileSync(temporary, text, { mode: text.indexOf('#!') === 0 ? 0o755 : 0o644 });
    renameSync(temporary, path);
  }
  return differing.length;
}

/**
 * Makes dist/ of the sources and the declarations.
 *
 * @returns {Promise<number>} how many of its files have changed
 */
export async function writePackage() {
  const sources = filesIn(join(root, 'src'), '.ts')
    .filter((file) => !file.endsWith('.d.ts'))
    .map((file) => relative(join(root, 'src'), file))
    // Only the program uses it.
    .filter((file) => !file.startsWith(join('cli', '/')));
  const made = await modules(sources);
  const vendored = Object.keys(made.metafile.inputs);
  const files = [
    ...made.outputFiles,
    ...declarations(sources),
    { path: join(DIST, 'LICENSES.txt'), text: licences(vendored) },
    await wasmFile('hot-path/generated/wasm-simd'),
    await openApiFile(),
  ];
  let changed = write(files);
  // Made of the modules, which must be there.
  for (const [licenceFile, { outputFiles, metafile }] of /** @type {const} */ ([
    ['browser/powerauth-wasm.LICENSES.txt', await forBrowsers()],
    ['cli.LICENSES.txt', await forTerminals()],
    ['cjs/LICENSES.txt', await forRequire()],
    ['playground/LICENSES.txt', await forPlayground()],
  ])) {
    const text = licences([...vendored, ...Object.keys(metafile.inputs)]);
    const more = [...outputFiles, { path: join(DIST, licenceFile), text }];
    changed += write(more);
    files.push(...more);
  }
  const wanted = new Set(files.map(({ path }) => path));
  const old = filesIn(DIST).filter((file) => !wanted.has(file));
  for (const file of old) rmSync(file);
  return changed + old.length;
}
