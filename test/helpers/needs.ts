import { PROGRAMS, type ProgramName } from './program-files.mjs';

/** The end of a title, by which the suite's last lines know what was skipped. */
export const needs = (name: ProgramName): string => `(needs ${PROGRAMS[name].title})`;
