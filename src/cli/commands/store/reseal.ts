/**
 * `store reseal`.
 *
 * @module
 */

import type { Command } from 'commander';
import { textOf, type CommandBuilder } from '../../command.ts';
import { usage } from '../../failures.ts';

export const reseal = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'reseal',
      summary: 'seal the records under another key',
      description:
        'Seals the records under another key. A store that keeps its key itself gets a new one; others need --to-sealing-key. Programs that use the store may go on if they know both keys.',
      options: [['--to-sealing-key <key>', 'keychain, or file:F; default: a new key beside SQLite']],
      refuses: ['--instance'],
      examples: [
        'powerauth-wasm store reseal',
        'powerauth-wasm store reseal --sealing-key file:old.key --to-sealing-key file:new.key',
      ],
    },
    async (context, { toSealingKey }) => {
      const { output, settings, io } = context;
      const { describeStore, readSealingKey, urlOf } = await import('../../stores.ts');
      const place = describeStore(await urlOf(settings));
      if (settings.sealingKey !== undefined && toSealingKey === undefined) {
        throw usage(
          '--to-sealing-key: expected the key to seal the records under, because --sealing-key names the present one',
        );
      }
      if (await context.isDryRun({ store: place }, [`would reseal the records of ${place}`])) return;
      const { resealRecords } = await import('../../../records.ts');
      const progress = output.progress();
      const result = await context.withStore(async ({ storage, sealingKey }) => {
        const next = textOf(toSealingKey);
        try {
          return await resealRecords(storage, {
            from: sealingKey,
            to: next === undefined ? undefined : await readSealingKey(next, '--to-sealing-key'),
            signal: io.signal,
            onProgress: ({ done, total }) => progress.show(`${done} of ${total} records`),
          });
        } finally {
          progress.end();
        }
      });
      await output.result(
        result,
        output.pairs(Object.entries(result).map(([name, count]) => [name, String(count)])),
      );
    },
  );
