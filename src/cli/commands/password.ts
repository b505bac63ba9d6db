/**
 * `password change`.
 *
 * @module
 */

import type { Command } from 'commander';
import { textOf, type CommandBuilder } from '../command.ts';
import { passwordOf } from '../password.ts';

export const password = (builder: CommandBuilder): Command =>
  builder.group(
    {
      usage: 'password',
      summary: 'change the password',
      examples: ['powerauth-wasm password change'],
    },
    [change(builder)],
  );

const change = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'change',
      summary: 'change the password',
      description: 'Changes the password. The server checks the present one; a wrong one costs an attempt.',
      options: [
        ['--password-file <file>', 'private file with the present password; - is stdin'],
        ['--new-password-file <file>', 'private file with the new password; - is stdin'],
      ],
      examples: [
        'powerauth-wasm password change',
        'powerauth-wasm password change --password-file old.txt --new-password-file new.txt',
      ],
    },
    async (context, { passwordFile, newPasswordFile }) => {
      const { output, instanceId } = context;
      if (await context.isDryRun({ instanceId }, [`would change the password of instance ${instanceId}`]))
        return;
      const present = await passwordOf(context, passwordFile);
      const next = await context.secret({
        what: 'the new password',
        option: '--new-password-file',
        file: textOf(newPasswordFile),
        isNew: true,
      });
      await context.withPowerAuth(({ powerAuth }) => powerAuth.changePassword(present, next));
      await output.result({ instanceId }, 'password changed');
    },
  );
