import { describe } from 'vitest';
import { findProgram, type ProgramName } from './program-files.mjs';
import { needs } from './needs.ts';

/** A `describe` whose tests need a program that npm does not bring; skipped where it is missing. */
export function describeWith(name: ProgramName, title: string, body: () => void): void {
  describe.skipIf(findProgram(name) === undefined)(`${title} ${needs(name)}`, body);
}
