/**
 * The tree of all commands.
 *
 * @module
 */

import { Command, Help, type Option } from 'commander';
import { CommandBuilder, exampleText, takes } from './command.ts';
import { activate } from './commands/activate.ts';
import { completion } from './commands/completion.ts';
import { doctor } from './commands/doctor.ts';
import { header } from './commands/header.ts';
import { offline } from './commands/offline.ts';
import { password } from './commands/password.ts';
import { remove } from './commands/remove.ts';
import { request } from './commands/request.ts';
import { serve } from './commands/serve.ts';
import { sign } from './commands/sign.ts';
import { status } from './commands/status.ts';
import { store } from './commands/store.ts';
import { token } from './commands/token.ts';
import { usage } from './failures.ts';
import type { Io } from './io.ts';
import { assertNoSecretTyped, commonOptions, withEnvironment, type Settings } from './settings.ts';
import { VERSION } from './version.ts';

export const NAME = 'powerauth-wasm';

const EXIT_CODES = `
Exit codes:
  0 done                   4 refused by the server
  1 unexpected failure     5 another answer of the server
  2 wrong usage            6 no connection
  3 no activation          7 storage or key
                           130 interrupted`;

const EXAMPLES = [
  `${NAME} activate --name 'My laptop'`,
  `${NAME} token get api`,
  `curl -H "$(${NAME} header api)" https://bank.example/api/accounts`,
  `${NAME} request POST /api/payment --sign /payment --data payment.json`,
  `${NAME} serve --port 8080 --playground`,
  `${NAME} doctor`,
];

/** The program, ready to parse arguments. */
export function createProgram(io: Io): Command {
  const program: Command = new Command(NAME)
    .description('PowerAuth at the command line: activates, signs, and makes token headers.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({
      showGlobalOptions: true,
      minWidthToWrap: 20,
      subcommandTerm: (command) =>
        [command.name(), synopsisOf(command)].filter((part) => part !== '').join(' '),
      visibleGlobalOptions: (command): Option[] =>
        command === program ? [] : program.options.filter((option) => takes(command, option)),
    });
  for (const option of commonOptions()) program.addOption(option);
  const builder = new CommandBuilder(io, (command) => settingsOf(program, command, io));
  const commands = [
    activate,
    status,
    remove,
    password,
    token,
    header,
    sign,
    request,
    offline,
    store,
    serve,
    doctor,
    completion,
  ];
  for (const create of commands) program.addCommand(create(builder, () => program));
  program.addHelpText('after', () => `${EXIT_CODES}\n${exampleText(EXAMPLES)}`);
  prepare(program, io);
  return program;
}

/** Errors are thrown, and the runner prints them. */
function prepare(command: Command, io: Io): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
      getOutHasColors: () => false,
    })
    .showSuggestionAfterError(true);
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    prepare(child, io);
  }
}

/** The common options, with what the environment says. */
function settingsOf(program: Command, command: Command, io: Io): Settings {
  const given = program.opts();
  assertNoSecretTyped(given);
  const refused = program.options.find(
    (option) => option.attributeName() in given && !takes(command, option),
  );
  if (refused !== undefined) throw usage(`${refused.long ?? ''}: ${command.name()} doesn't take this option`);
  const {
    json = false,
    quiet = false,
    verbose = false,
    insecureHttp = false,
    dryRun = false,
    ...rest
  } = withEnvironment(program.options, given, io.env);
  const typedConfig: unknown = given['config'];
  return { json, quiet, verbose, insecureHttp, dryRun, typedConfig, ...rest } as Settings;
}

/** The arguments of a command; of one with subcommands, their names. */
function synopsisOf(command: Command): string {
  const names = command.commands.map((child) => child.name());
  if (names.length > 0) return names.join('|');
  const help = new Help();
  return command.registeredArguments
    .map((argument) => help.argumentTerm(argument))
    .map((name, i) =>
      command.registeredArguments[i]?.required === true ? name.toUpperCase() : `[${name.toUpperCase()}]`,
    )
    .join(' ');
}
