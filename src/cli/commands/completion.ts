/**
 * `completion`: a script that completes commands and options in a shell.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder } from '../command.ts';
import { usage } from '../failures.ts';

export const completion = (builder: CommandBuilder, program: () => Command): Command =>
  builder.build(
    {
      usage: 'completion <shell>',
      summary: 'print a completion script for bash, zsh or fish',
      examples: [
        'source <(powerauth-wasm completion bash)                # in ~/.bashrc',
        'source <(powerauth-wasm completion zsh)                 # in ~/.zshrc, after compinit',
        'powerauth-wasm completion fish > ~/.config/fish/completions/powerauth-wasm.fish',
      ],
    },
    async ({ output }, _options, shell = '') => {
      const { completionScript, isShell, SHELLS } = await import('../completion-script.ts');
      if (!isShell(shell)) throw usage(`SHELL: expected ${SHELLS.join(', ')}, got something else`);
      const script = completionScript(shell, program());
      await output.result({ shell, script }, script.trimEnd());
    },
  );
