/**
 * Completion scripts, made of the tree of commands. They hold all words, so completing starts no program.
 *
 * @module
 */

import type { Command, Option } from 'commander';
import { takes } from './command.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

export const isShell = (name: string): name is Shell => SHELLS.some((shell) => shell === name);

/** A place in the tree of commands, with what may be typed there. */
interface Place {
  /** `/store/ls`; empty for the program itself. */
  readonly path: string;
  readonly children: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly Option[];
}

/** Words after which a fixed set of words is possible. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--like': ['1.9', '2.2'],
  '--factors': ['possession', 'possession_knowledge'],
  '--encrypt': ['application', 'activation'],
  '--existing': ['refuse', 'skip', 'overwrite'],
  '--sealing-key': ['keychain', 'file:'],
  '--to-sealing-key': ['keychain', 'file:'],
};

/** The script for a shell. */
export function completionScript(shell: Shell, program: Command): string {
  const places = placesOf(program, '', []);
  return { bash, zsh, fish }[shell](program.name(), places);
}

function placesOf(command: Command, path: string, above: readonly Option[]): Place[] {
  const options = [...command.options, ...above.filter((option) => takes(command, option))];
  const children = command.commands.map((child) => ({ name: child.name(), summary: child.summary() }));
  return [
    {
      path,
      children: path === '/completion' ? SHELLS.map((name) => ({ name, summary: '' })) : children,
      options,
    },
    ...command.commands.flatMap((child) => placesOf(child, `${path}/${child.name()}`, options)),
  ];
}

const flagsOf = ({ short, long }: Option): string[] =>
  [short, long].filter((flag) => typeof flag === 'string');
const wordsOf = ({ children, options }: Place): string =>
  [...children.map(({ name }) => name), ...options.flatMap(({ long }) => long ?? []), '--help'].join(' ');
const takesFile = (option: Option): boolean => option.flags.includes('<file>');
const all = (places: readonly Place[]): Option[] => [
  ...new Map(places.flatMap(({ options }) => options).map((option) => [option.long, option])).values(),
];

/** The lines of a `case` that finds the place from the words before the cursor. */
const steps = (places: readonly Place[]): string =>
  places
    .filter(({ path }) => path !== '')
    .map(({ path }) => `      ${path}) at=${path} ;;`)
    .join('\n');

function bash(name: string, places: readonly Place[]): string {
  const values = Object.entries(VALUES).map(
    ([option, words]) => `    ${option}) COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$cur")); return ;;`,
  );
  const files = all(places).filter(takesFile).flatMap(flagsOf);
  return `# Completion of ${name} for bash.
_powerauth_wasm() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $at/$word in
${steps(places)}
    esac
  done
  case $prev in
${values.join('\n')}
    ${files.join('|')}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  case $at in
${places.map((place) => `    '${place.path}') COMPREPLY=($(compgen -W "${wordsOf(place)}" -- "$cur")) ;;`).join('\n')}
  esac
}
complete -F _powerauth_wasm ${name}
`;
}

function zsh(name: string, places: readonly Place[]): string {
  const values = Object.entries(VALUES).map(
    ([option, words]) => `    ${option}) compadd -- ${words.join(' ')}; return ;;`,
  );
  const files = all(places).filter(takesFile).flatMap(flagsOf);
  return `#compdef ${name}
_powerauth_wasm() {
  local at= word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case $at/$word in
${steps(places)}
    esac
  done
  case $words[CURRENT-1] in
${values.join('\n')}
    ${files.join('|')}) _files; return ;;
  esac
  case $at in
${places.map((place) => `    '${place.path}') compadd -- ${wordsOf(place)} ;;`).join('\n')}
  esac
}
compdef _powerauth_wasm ${name}
`;
}

function fish(name: string, places: readonly Place[]): string {
  const quote = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const lines = places.flatMap(({ path, children, options }) => {
    const when = `-n ${quote(`test (__powerauth_wasm_at) = ${path === '' ? '/' : path}`)}`;
    return [
      ...children.map(
        (child) => `complete -c ${name} -f ${when} -a ${child.name} -d ${quote(child.summary)}`,
      ),
      ...options.map((option) => {
        const { short, long, required, description } = option;
        const flags = [short ? `-s ${short.slice(1)}` : '', long ? `-l ${long.slice(2)}` : '']
          .filter(Boolean)
          .join(' ');
        const words = VALUES[long ?? ''];
        const value =
          words !== undefined
            ? ` -x -a ${quote(words.join(' '))}`
            : takesFile(option)
              ? ' -r -F'
              : required
                ? ' -x'
                : '';
        return `complete -c ${name} ${when} ${flags}${value} -d ${quote(description)}`;
      }),
    ];
  });
  return `# Completion of ${name} for fish.
function __powerauth_wasm_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    switch $at/$word
      case ${places
        .filter(({ path }) => path !== '')
        .map(({ path }) => path)
        .join(' ')}
        set at $at/$word
    end
  end
  test -n "$at"; and echo $at; or echo /
end
complete -c ${name} -f
${lines.join('\n')}
`;
}
