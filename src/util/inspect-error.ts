/**
 * Errors as a console shows them.
 *
 * @module
 */

/** Lines of the stack that are shown of an error below another one. */
const FRAMES = 3;

/** Errors below, and characters of what a server answered, that are shown at most. */
const MOST_BELOW = 5;
const MOST_DATA = 500;

/** An error with what is below it, each once. */
interface Shown {
  readonly stack?: string | undefined;
  readonly cause?: unknown;
  readonly errorData?: unknown;
}

/**
 * What `console.log` of Node shows of one of our errors: its whole stack, and the beginning of the error below.
 *
 * @param title name, code and message
 * @param describe what is below as one line
 */
export function inspectError(error: Shown, title: string, describe: (below: unknown) => string): string {
  const { stack = '', errorData } = error;
  const lines = [stack.startsWith(title) ? stack : `${title}\n${stack}`.trimEnd()];
  if (errorData !== undefined) lines.push(`  errorData: ${cut(JSON.stringify(errorData), MOST_DATA)}`);
  let below = error.cause;
  for (let i = 0; below !== undefined && below !== null && i < MOST_BELOW; i++) {
    lines.push(`  [cause]: ${describe(below)}`, ...frames(below));
    below = member(below, 'cause');
  }
  return lines.join('\n');
}

function frames(error: unknown): string[] {
  const stack = member(error, 'stack');
  if (typeof stack !== 'string') return [];
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, FRAMES)
    .map((line) => `  ${line}`);
}

function member(value: unknown, name: string): unknown {
  try {
    return (Object(value) as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}…` : text;
