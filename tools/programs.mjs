#!/usr/bin/env node
/**
 * Names the programs that `npm test` needs besides packages (browsers, servers, a keychain, strace) and that are
 * missing; their tests are skipped, which is a failure with CI=true. With `--install` it installs them: on Debian, as root.
 *
 *     node tools/programs.mjs [--install]
 *
 * @module
 */
import { PROGRAMS, installPrograms, missingPrograms, remedyFor } from '../test/helpers/program-files.mjs';
import { StepError, main } from './lib/run.mjs';

await main(async () => {
  const install = process.argv.includes('--install');
  if (install) await installPrograms(missingPrograms());
  const missing = missingPrograms();
  if (missing.length === 0) return;
  const titles = missing.map((name) => PROGRAMS[name].title).join(', ');
  const remedy = [
    ...(install ? [] : ['`npm run setup:programs` (Debian, as root)']),
    ...missing.map(remedyFor),
  ].join('; or: ');
  if (install || process.env.CI) throw new StepError(`Not on this machine: ${titles}`, { remedy });
  console.log(
    `! Not on this machine: ${titles}. Tests that need them are skipped.\n  To have them: ${remedy}`,
  );
});
