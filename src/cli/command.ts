/**
 * What all commands have in common: help with examples, and the way from the arguments to the action.
 *
 * @module
 */

import { Command, type Option } from 'commander';
import { Context } from './context.ts';
import type { Io } from './io.ts';
import { withEnvironment, type Settings } from './settings.ts';

/** The options of one command, by their names. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** The value of an option that takes one. */
export const textOf = (value: Options[string]): string | undefined =>
  value === undefined ? undefined : String(value);

/** What a command does. */
export type Action = (context: Context, options: Options, ...args: string[]) => Promise<void>;

/** A command with its help. */
export interface CommandDescription {
  /** Name and arguments, as in the synopsis. */
  readonly usage: string;
  readonly summary: string;
  /** More about it, for `--help`. */
  readonly description?: string;
  readonly options?: readonly (readonly [flags: string, description: string])[];
  /** Common options that mean nothing to it, such as `--instance`. */
  readonly refuses?: readonly string[];
  /** Command lines, without the name of the program. */
  readonly examples: readonly string[];
}

/** The common options that a command refuses. */
const refusals = new WeakMap<Command, readonly string[]>();

/** Whether a command takes a common option. */
export const takes = (command: Command, { long }: Option): boolean =>
  refusals.get(command)?.includes(long ?? '') !== true;

/** Builds commands that run with these streams. */
export class CommandBuilder {
  readonly #io: Io;
  readonly #settingsOf: (command: Command) => Settings;

  constructor(io: Io, settingsOf: (command: Command) => Settings) {
    this.#io = io;
    this.#settingsOf = settingsOf;
  }

  /** A command that does something. */
  build(description: CommandDescription, action: Action): Command {
    const command = describe(description);
    return command.action(async () => {
      const options = withEnvironment(command.options, command.opts(), this.#io.env) as Options;
      const context = new Context(this.#io, this.#settingsOf(command));
      await action(context, options, ...(command.processedArgs as string[]));
    });
  }

  /** A command that only has subcommands. */
  group(description: CommandDescription, subcommands: readonly Command[]): Command {
    const command = describe(description);
    for (const subcommand of subcommands) command.addCommand(subcommand);
    return command;
  }
}

function describe({ usage, summary, description, ...more }: CommandDescription): Command {
  const { options = [], refuses = [], examples } = more;
  const [name = '', ...args] = usage.split(' ');
  const command = new Command(name).summary(summary).description(description ?? sentence(summary));
  for (const arg of args) command.argument(arg);
  for (const [flags, text] of options) command.option(flags, text);
  refusals.set(command, refuses);
  return command.addHelpText('after', () => exampleText(examples));
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** The examples at the end of the help. */
export function exampleText(examples: readonly string[]): string {
  return ['', 'Examples:', ...examples.map((line) => `  $ ${line}`)].join('\n');
}
