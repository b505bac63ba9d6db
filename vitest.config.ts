import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import MissingPrograms from './test/helpers/missing-programs.ts';

const TESTS = ['test/**/*.test.ts'];

/** What starts browsers, servers or processes, or builds the package: not for `npm run test:quick`. */
const SYSTEM = [
  'test/{attacks,browser,crash,examples,fleet,helpers,memory,package,power-cut,runtimes}/**/*.test.ts',
  'test/{bench/suite,biometry/webauthn,docs/docs,nothing-printed,power-auth/bodies,types/api,util/timers}.test.ts',
  'test/{platform/without-sqlite,sealing-key/keyring,testing/factor-lists,testing/storage-contract}.test.ts',
  'test/records/{browser,copy,example,reseal}.test.ts',
  'test/session/{cut-calls-*,frozen-*,hostile-provider,lost-records}.test.ts',
  'test/storage/{at-rest,contract,hold,holder-watch,key-file,localforage-*,private-files,process-place}.test.ts',
  'test/storage/{redis-failures,redis-lines,redis-machines,redis-outages,redis-processes,redis-remedies,scale}.test.ts',
  'test/storage/sqlite/{engine,failures,faults,helper-thread,locks,places,presence,processes,removed,users}.test.ts',
];

export default defineConfig({
  resolve: {
    // Tests run the sources; package.json's `imports` point to the built files.
    alias: { '#platform': fileURLToPath(new URL('./src/platform/node.ts', import.meta.url)) },
  },
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    reporters: ['default', new MissingPrograms()],
    // Many of these tests wait for a disk, a browser or another process: one worker for each of two cores.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'quick', include: TESTS, exclude: SYSTEM } },
      { extends: true, test: { name: 'system', include: SYSTEM } },
    ],
  },
});
