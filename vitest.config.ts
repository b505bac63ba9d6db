import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import MissingPrograms from './test/helpers/missing-programs.ts';

const ALL = 'test/**/*.test.ts';
/** What starts browsers, servers or processes, or takes long: not for `npm run test:quick`. */
const SYSTEM = 'test/system/**/*.test.ts';

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
      // One process for all files of a worker: starting one for each costs more than most of these files take.
      { extends: true, test: { name: 'quick', include: [ALL], exclude: [SYSTEM], isolate: false } },
      { extends: true, test: { name: 'system', include: [SYSTEM], isolate: false } },
    ],
  },
});
