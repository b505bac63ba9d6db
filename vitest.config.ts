import { defineConfig } from 'vitest/config';
import LongFirst from './test/helpers/long-first.ts';
import MissingPrograms from './test/helpers/missing-programs.ts';
import { sourceImports } from './test/helpers/source-imports.mjs';

const ALL = 'test/**/*.test.ts';
/** What starts browsers, servers or processes, or takes long: not for `npm run test:quick`. */
const SYSTEM = 'test/system/**/*.test.ts';

export default defineConfig({
  resolve: {
    // Tests run the sources; package.json's `imports` point to the built files.
    alias: sourceImports('node'),
  },
  test: {
    // Nothing takes so long but on a machine that has much else to do.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    reporters: ['default', new MissingPrograms()],
    // One process for all files of a worker, which share its modules and browsers: starting them anew for each costs
    // more than most files take. So a test spies on a module (`vi.spyOn`) in place of mocking it (`vi.mock`).
    isolate: false,
    sequence: { sequencer: LongFirst },
    projects: [
      // One worker for each of two cores.
      { extends: true, test: { name: 'quick', include: [ALL], exclude: [SYSTEM], maxWorkers: 2 } },
      // Many of these tests wait for a disk, a browser or another process.
      {
        extends: true,
        test: {
          name: 'system',
          include: [SYSTEM],
          globalSetup: 'test/system/build.ts',
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
