/**
 * Says in the suite's last lines what was skipped because a program is missing.
 *
 * @module
 */
import type { Reporter, TestModule } from 'vitest/node';
import { findProgram, PROGRAMS, remedyFor, type ProgramName } from './program-files.mjs';
import { needs } from './needs.ts';

export default class MissingPrograms implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const name of Object.keys(PROGRAMS) as ProgramName[]) {
      if (findProgram(name) !== undefined) continue;
      const skipped = modules.flatMap((module) =>
        [...module.children.allSuites()].filter((suite) => suite.name.endsWith(needs(name))),
      );
      if (skipped.length === 0) continue;
      console.log(`${PROGRAMS[name].title} is not on this machine. Skipped:`);
      for (const suite of skipped) console.log(`  ${suite.module.relativeModuleId}: ${suite.fullName}`);
      console.log(`  What to do: ${remedyFor(name)}.\n`);
      // A CI that skips is not one.
      if (process.env['CI']) process.exitCode = 1;
    }
  }
}
