#!/usr/bin/env node
/**
 * Finds the programs that `npm test` needs besides packages (Chromium, Firefox, Redis, strace), or installs them: on Debian, as
 * root. Where one cannot be had its tests are skipped, and the suite says so at its end; with CI=true that is a failure.
 *
 *     node tools/programs.mjs
 *
 * @module
 */
import { PROGRAMS, providePrograms, remedyFor } from './lib/programs.mjs';
import { StepError, main } from './lib/run.mjs';

await main(async () => {
  const missing = await providePrograms();
  if (missing.length === 0) return;
  const titles = missing.map((name) => PROGRAMS[name].title).join(', ');
  if (!process.env.CI) {
    console.log(`! not on this machine: ${titles}; tests that need them will be skipped`);
    return;
  }
  throw new StepError(
    `Not on this machine, and could not be installed: ${titles}; with CI set nothing is skipped`,
    {
      remedy: missing.map(remedyFor).join('; '),
    },
  );
});
