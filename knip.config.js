import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** Settings of `npx knip`, which finds files, exports and dependencies that nobody uses. */
export default {
  entry: [
    ...Object.values(exports)
      .map((target) => target.types)
      .filter((types) => types !== undefined)
      .map((types) => types.replace(/^\.\/dist\//, 'src/').replace(/\.d\.ts$/, '.ts')),
    'src/cli/main.ts',
    'playground/{main,engines}.ts',
    // What conditions of package.json choose.
    'src/{crypto,platform,hot-path/builds}/*.ts',
    'src/util/inspect-{error,nothing}.ts',
    // Programs: those that package.json starts, and those that others start by their path.
    'tools/*.mjs',
    'bench/{,parts/,lib/}*.mjs',
    'examples/**/*.{mjs,ts}',
    'test/system/*.mjs',
    'test/system/{attacks,next,package,peer,runtimes,site}/**/*.mjs',
    'test/system/runtimes/{crypto,process,worker}.ts',
    'test/system/testing/recipes/app.mjs',
  ],
  project: ['{src,test,bench,tools,examples,playground}/**/*.{ts,mjs}', '*.{js,mjs,ts}'],
  // Tests bundle the first three; the others are what benchmarks compare with, installed in bench/peers,
  // and `peer:` stands for the React Native SDK's folder.
  // Those from axios to openapi-fetch run in examples of docs/http-clients.md. powerauth-js-test-client needs chalk.
  ignoreDependencies: [
    'axios',
    'chalk',
    'got',
    'ky',
    'ofetch',
    'openapi-fetch',
    'react',
    'react-dom',
    'ses',
    'lodash',
    'crypto-js',
    'hash-wasm',
    'jose',
    'peer',
  ],
  // The build makes it.
  ignoreUnresolved: ['../generated/wasm-simd.wasm'],
  ignoreBinaries: ['unshare', 'tc', 'dbus-daemon', 'mvn', 'java', 'mkfifo', 'mount', 'umount', 'chattr'],
  ignoreExportsUsedInFile: true,
};
