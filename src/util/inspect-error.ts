/**
 * Errors as a console shows them.
 *
 * @module
 */

/**
 * Makes `console.log` show instances in Node and its like. This is not a named member of the class, because it doesn't
 * concern readers of it.
 */
export function showInConsole<T extends Error>(
  of: { readonly prototype: T },
  title: (error: T) => string,
  describe: (below: unknown) => string,
): void {
  Object.defineProperty(of.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: T): string {
      return inspectError(this, title(this), describe);
    },
    writable: true,
    configurable: true,
  });
}

/** How many lines of the stack are shown of an underlying error. */
const FRAMES = 3;

/** The most underlying errors, and characters of a server's answer, that are shown. */
const MOST_BELOW = 5;
const MOST_DATA = 500;

/** An error with the underlying errors, each once. */
interface Shown {
  readonly stack?: string | undefined;
  readonly cause?: unknown;
  readonly errorData?: unknown;
}

/**
 * What Node's `console.log` shows of our errors: the whole stack, and the beginning of the underlying error.
 *
 * @param title name, code and message
 * @param describe describes the underlying error in one line
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
