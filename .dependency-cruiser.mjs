/**
 * Who may import whom in `src/`: `npx depcruise src` checks it, `npm run check` does so among other things.
 * docs/architecture.md shows the same table as a picture; `node tools/architecture.mjs` draws it.
 *
 * @module
 */

/** From top to bottom. Each layer uses only the layers below it, and nothing else of its own layer. */
export const LAYERS = [
  { 'src/cli/': 'the program powerauth-wasm: arguments, prompts, output' },
  { 'src/*.ts, src/power-auth/, src/fetch/': 'the public classes: check their parameters, delegate' },
  { 'src/records/': 'what a store holds, copies of it, another sealing key' },
  { 'src/session/': 'one configured instance: activation, signer, encryption, vault, access tokens' },
  {
    'src/model/': 'what callers pass and get: configurations, factors, passwords, results',
    'src/platform/': 'which storage, key store and biometry a runtime has by default',
  },
  {
    'src/net/': 'fetch, the endpoints, checks of answers, the time of the server',
    'src/sealing-key/': "the key store of the operating system's user",
  },
  {
    'src/protocol/': 'the cryptography of PowerAuth: pure',
    'src/storage/': 'memory, sqlite, localforage, redis, postgres; sealed over any of them',
    'src/biometry/': 'webauthn, software',
    'src/hot-path/': 'wasm-simd, wasm-scalar, js: one interface; WebAssembly built from assembly/',
    'src/pin-strength/': 'tests PINs',
  },
  { 'src/crypto/': 'node:crypto or WebCrypto: one interface' },
  { 'src/errors.ts, src/util/': 'needs nothing else' },
];

/** The pattern of a room's name: a folder, or the named files directly in `src/`. */
function pattern(names) {
  const paths = names.split(', ').map((name) => {
    if (name === 'src/*.ts') return 'src/(?!errors\\.ts$)[^/]+\\.ts$';
    return name.replaceAll('.', '\\.') + (name.endsWith('/') ? '' : '$');
  });
  return `^(?:${paths.join('|')})`;
}

/** The test server stands beside the layers; only the program starts it. */
const BESIDE = '^src/testing/';

const rooms = LAYERS.map((layer) => Object.keys(layer).map(pattern));

const layering = rooms.flatMap((layer, i) =>
  layer.map((room) => ({
    name: 'layers',
    comment: 'A layer uses only those below it, see docs/architecture.md',
    severity: 'error',
    from: { path: room },
    to: { path: '^src/', pathNot: [room, ...rooms.slice(i + 1).flat(), ...(i === 0 ? [BESIDE] : [])] },
  })),
);

export default {
  forbidden: [
    ...layering,
    {
      name: 'localforage-once',
      comment: 'The build takes localforage into src/storage/localforage.ts; users do not install it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/storage/localforage\\.ts$' },
      to: { path: 'node_modules/localforage/' },
    },
    {
      name: 'no-circle',
      comment: 'Not even of types: to understand one file of a circle you must read all of them',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-room-has-a-layer',
      severity: 'error',
      from: { path: '^src/', pathNot: [...rooms.flat(), BESIDE] },
      to: {},
    },
    {
      name: 'testing-apart',
      comment:
        'The test server shares no code of the protocol with the client; otherwise it would repeat its faults',
      severity: 'error',
      from: { path: BESIDE },
      to: {
        path: '^src/',
        pathNot: [
          BESIDE,
          '^src/storage/types\\.ts$',
          '^src/errors\\.ts$',
          '^src/util/(?:schema|validate)\\.ts$',
        ],
      },
    },
    {
      name: 'no-node-in-browsers',
      comment: 'Code that every runtime needs must not need Node',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/(?:cli|storage|testing)/', '^src/(?:crypto|platform)/node\\.ts$'],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'found',
      comment: 'An import that is not found is not checked either',
      severity: 'error',
      from: {},
      // The build writes it beside the file that has it in Base64.
      to: { couldNotResolve: true, pathNot: '\\.wasm$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
};
