export interface PromisedProgram {
  readonly title: string;
  readonly bound: number;
  readonly program: string;
}
export const PROMISED: Readonly<Record<'sdk', PromisedProgram>>;
export function bundleProgram(
  program: string,
  external?: string[],
  conditions?: readonly string[],
): Promise<{ readonly text: string; readonly gzip: number; readonly inputs: readonly string[] }>;
