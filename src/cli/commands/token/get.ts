/**
 * `token get`.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder } from '../../command.ts';
import { authenticationOf, factorsOf, factorsOption, PASSWORD_OPTION } from '../../password.ts';

export const get = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'get <name>',
      summary: 'get a token from the server, unless there is one already',
      description:
        'Gets a token of this name, unless there is one already. The server decides which factors it wants of a token.',
      options: [factorsOption('possession'), PASSWORD_OPTION],
      examples: [
        'powerauth-wasm token get api',
        'powerauth-wasm token get payments --factors possession_knowledge',
      ],
    },
    async (context, options, name = '') => {
      const { output } = context;
      const factors = factorsOf(options, 'possession');
      if (
        await context.isDryRun({ tokenName: name, factors }, [`would get the token ${name} with ${factors}`])
      )
        return;
      const authentication = await authenticationOf(context, options, 'possession');
      const result = await context.withPowerAuth(({ powerAuth }) =>
        powerAuth.tokenStore.requestAccessToken(name, authentication),
      );
      const { tokenName, tokenIdentifier } = result;
      await output.result(
        { tokenName, tokenIdentifier },
        output.pairs([
          ['token', tokenName],
          ['id', tokenIdentifier],
        ]),
      );
    },
  );
