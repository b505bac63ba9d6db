/**
 * `token rm`.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder } from '../../command.ts';

export const remove = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'rm <name>',
      summary: 'remove a token from the server and from here',
      options: [['--local', 'only from here: the server is not told']],
      examples: ['powerauth-wasm token rm api'],
    },
    async (context, { local }, name = '') => {
      const { output } = context;
      if (await context.isDryRun({ tokenName: name }, [`would remove the token ${name}`])) return;
      await context.withPowerAuth(async ({ powerAuth: { tokenStore } }) => {
        if (local !== true) return tokenStore.removeAccessToken(name);
        await tokenStore.getLocalToken(name);
        await tokenStore.removeLocalToken(name);
      });
      await output.result({ tokenName: name }, `removed ${name}`);
    },
  );
