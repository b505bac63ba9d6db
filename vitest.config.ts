import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import MissingPrograms from './test/helpers/missing-programs.ts';

export default defineConfig({
  resolve: {
    // Tests run the sources; package.json's `imports` point to the built files.
    alias: { '#platform': fileURLToPath(new URL('./src/platform/node.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    reporters: ['default', new MissingPrograms()],
  },
});
