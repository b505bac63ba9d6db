/**
 * Runs one command line.
 *
 * @module
 */

import { CommanderError } from 'commander';
import { EXIT, exitCodeOf, usage } from './failures.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { createProgram, NAME } from './program.ts';

/**
 * Runs a command.
 *
 * @param argv what was typed after the name of the program
 * @returns the exit code
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const program = createProgram(io);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const known = error instanceof CommanderError ? usage(sentenceOf(error)) : error;
    const code = exitCodeOf(known);
    const hint = code === EXIT.usage ? `See ${[NAME, ...pathOf(program, argv)].join(' ')} --help` : undefined;
    await outputOf(argv, io).failure(known, hint);
    return code;
  }
}

/** What is wrong with a command line, without the words themselves: one may be a secret that was typed by mistake. */
function sentenceOf({ code, message }: CommanderError): string {
  const suggestion = /\(Did you mean [^]*\)$/.exec(message)?.[0];
  switch (code) {
    // A group of commands without one of them.
    case 'commander.help':
      return 'expected a command, got none';
    case 'commander.unknownCommand':
      return `unknown command${suggestion === undefined ? '' : ` ${suggestion}`}`;
    case 'commander.excessArguments':
      return message.replace(/^error: /, '').replace(/(got \d+):[^]*$/, '$1');
    default:
      return message
        .replace(/^error: /, '')
        .replace(/'(--[^'=]*)=[^]*'/, "'$1'")
        .replace(/'(-[^-'])[^]*'/, "'$1'")
        .replace(/\n/g, ' ');
  }
}

/** Output for an error that may have prevented the options from being read. */
function outputOf(argv: readonly string[], { env, ...io }: Io): Output {
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  const has = (names: RegExp, variable: string): boolean =>
    options.some((word) => names.test(word)) || /^(?:1|true|yes|on)$/i.test(env[variable] ?? '');
  return new Output(
    { env, ...io },
    {
      json: has(/^--json$/, 'POWERAUTH_JSON'),
      quiet: has(/^(?:--quiet|-[vq]*q[vq]*)$/, 'POWERAUTH_QUIET'),
      verbose: has(/^(?:--verbose|-[vq]*v[vq]*)$/, 'POWERAUTH_VERBOSE'),
    },
  );
}

/** The command that was meant, as far as its name is known. */
function pathOf(program: ReturnType<typeof createProgram>, argv: readonly string[]): string[] {
  const path: string[] = [];
  let { commands } = program;
  for (const word of argv) {
    const found = commands.find((command) => command.name() === word);
    if (found === undefined) continue;
    path.push(word);
    ({ commands } = found);
  }
  return path;
}
