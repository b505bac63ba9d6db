import type { PowerAuthTestServer } from '../../../../src/testing/index.ts';

/** The environment of an app: its home, and what job.mjs wants to know of its bank. */
export function environmentOf(
  server: PowerAuthTestServer,
  home: string,
  instanceIds?: readonly string[],
): NodeJS.ProcessEnv;

/** Runs it to its end; what it printed. */
export function runApp(
  server: PowerAuthTestServer,
  program: { readonly command: readonly string[]; readonly cwd: string; readonly home: string },
): Promise<{ stdout: string; stderr: string }>;
