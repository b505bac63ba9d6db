export type ProgramName = 'chromium' | 'firefox' | 'redis' | 'keyring' | 'postgres' | 'pgbouncer' | 'strace';
export interface Program {
  readonly title: string;
  readonly variable: string;
  readonly names: readonly string[];
  readonly places: readonly string[];
  readonly debian: string;
}
export const PROGRAMS: Readonly<Record<ProgramName, Program>>;
export function findProgram(name: ProgramName): string | undefined;
export function requireProgram(name: ProgramName): string;
export function remedyFor(name: ProgramName): string;
export function providePrograms(): Promise<ProgramName[]>;
