/**
 * `store check`.
 *
 * @module
 */

import type { Command } from 'commander';
import { failure, PowerAuthErrorCode } from '../../../errors.ts';
import type { CommandBuilder } from '../../command.ts';

export const check = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'check',
      summary: 'read every record, and say what is wrong',
      description: 'Reads and unseals every record. A record that cannot be read makes the exit code 7.',
      examples: ['powerauth-wasm store check'],
    },
    async (context) => {
      const { output, settings } = context;
      const { listRecords } = await import('../../../records.ts');
      const counts = { activations: 0, tokens: 0, reservations: 0, orphans: 0, unreadable: 0 };
      await context.withStore(async (it) => {
        for await (const record of listRecords(it, { instanceId: settings.instance })) {
          if (record.type === 'activation') counts.activations++;
          else if (record.type === 'reservation') counts.reservations++;
          else if (record.type === 'token') counts[record.isOrphan ? 'orphans' : 'tokens']++;
          else {
            counts.unreadable++;
            output.note(`${record.key}: ${record.error.message}`);
          }
        }
      });
      const { unreadable } = counts;
      if (unreadable > 0) {
        throw failure(
          PowerAuthErrorCode.INVALID_ACTIVATION_DATA,
          `${unreadable} of the store's records can't be read: damaged, or sealed under another key`,
        );
      }
      await output.result(
        counts,
        output.pairs(Object.entries(counts).map(([name, count]) => [name, String(count)])),
      );
      if (counts.orphans > 0)
        output.note(
          'Orphans are tokens of an earlier activation; their instance deletes them when it finds them.',
        );
    },
  );
