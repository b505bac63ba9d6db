/**
 * `store rm`.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder } from '../../command.ts';
import { usage } from '../../failures.ts';

export const remove = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'rm',
      summary: 'remove records from the store',
      description:
        'Removes the records of one instance, or of all, from the store. No server is told: it still lists the activations. Use it for a store that was copied, and `remove` for an activation.',
      options: [['--all', 'the records of all instances']],
      examples: [
        'powerauth-wasm store rm --instance default',
        'powerauth-wasm store rm --all --store sqlite:old',
      ],
    },
    async (context, { all }) => {
      const { output, settings } = context;
      if ((all === true) === (settings.instance !== undefined)) {
        throw usage('--instance, --all: expected one of them, because the records are lost');
      }
      const { describeStore, urlOf } = await import('../../stores.ts');
      const place = describeStore(await urlOf(settings));
      const which = all === true ? 'all records' : `the records of instance ${settings.instance ?? ''}`;
      if (await context.isDryRun({ store: place }, [`would remove ${which} from ${place}`])) return;
      const { ownKeys } = await import('../../../records/store.ts');
      const removed = await context.withStore(async ({ storage }) => {
        const keys: string[] = [];
        for await (const key of ownKeys(storage, settings.instance)) keys.push(key);
        for (const key of keys) await storage.delete(key);
        await storage.forget?.();
        return keys.length;
      });
      await output.result({ removed }, `removed ${removed} records`);
    },
  );
