/**
 * `token ls`.
 *
 * @module
 */

import type { Command } from 'commander';
import type { PowerAuthStoredToken } from '../../../records/types.ts';
import type { CommandBuilder } from '../../command.ts';

export const list = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'ls',
      summary: 'list the tokens of this instance',
      examples: ['powerauth-wasm token ls', 'powerauth-wasm token ls --json'],
    },
    async (context) => {
      const { output, instanceId } = context;
      const { listRecords } = await import('../../../records.ts');
      const tokens = await context.withStore(async (store) => {
        const found: PowerAuthStoredToken[] = [];
        for await (const record of listRecords(store, { instanceId })) {
          if (record.type === 'token' && !record.isOrphan) found.push(record);
          if (record.type === 'unreadable') throw record.error;
        }
        return found
          .map(({ tokenName = '', tokenIdentifier, factors }) => ({ tokenName, tokenIdentifier, factors }))
          .sort((a, b) => (a.tokenName < b.tokenName ? -1 : 1));
      });
      await output.result(
        { tokens },
        output.table(
          ['NAME', 'ID', 'FACTORS'],
          tokens.map((it) => [it.tokenName, it.tokenIdentifier, it.factors.join('_')]),
        ),
      );
      if (tokens.length === 0) output.note('There are no tokens.');
    },
  );
