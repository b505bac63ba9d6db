/**
 * `store copy`.
 *
 * @module
 */

import type { Command } from 'commander';
import { textOf, type CommandBuilder } from '../../command.ts';
import { usage } from '../../failures.ts';
import { assertNoSecretTyped } from '../../settings.ts';

export const copy = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'copy [to]',
      summary: 'copy the records to another store',
      description:
        'Copies the records to another store, under the key of that store. A copy that was interrupted is finished by running it again. Only one of the two may be used afterwards, because each signature advances a counter in the record: stop what uses the first, and remove its records with `store rm`.',
      options: [
        ['--to-file <file>', 'a private file with the URL of the other store, for one with a password'],
        ['--to-sealing-key <key>', 'keychain, or file:F; needed for Redis and PostgreSQL'],
        ['--existing <what>', 'refuse, skip or overwrite records that are there and differ; default: refuse'],
      ],
      examples: [
        'powerauth-wasm store copy rediss://redis.example --to-sealing-key file:sealing.key',
        'powerauth-wasm store copy --to-file url.txt --to-sealing-key keychain',
      ],
    },
    async (context, { toFile, toSealingKey, existing }, to?: string) => {
      const { output, settings, io } = context;
      assertNoSecretTyped({ to });
      const names = { store: 'TO', sealingKey: '--to-sealing-key' };
      const target = { store: to, storeFile: textOf(toFile), sealingKey: textOf(toSealingKey) };
      const how = existing ?? 'refuse';
      if (how !== 'refuse' && how !== 'skip' && how !== 'overwrite')
        throw usage('--existing: expected refuse, skip or overwrite, got something else');
      if (to === undefined && toFile === undefined)
        throw usage('TO: expected the URL of a store, or --to-file');
      const { describeStore, openStore, urlOf } = await import('../../stores.ts');
      const url = await urlOf(target, names);
      const places = { from: describeStore(await urlOf(settings)), to: describeStore(url) };
      if (await context.isDryRun(places, [`would copy the records from ${places.from} to ${places.to}`]))
        return;
      const { copyRecords } = await import('../../../records.ts');
      const progress = output.progress();
      const result = await context.withStore(async (from) => {
        const other = await openStore(target, names);
        try {
          return await copyRecords(from, other, {
            existing: how,
            instanceId: settings.instance,
            signal: io.signal,
            onProgress: ({ done, total }) => progress.show(`${done} of ${total} records`),
          });
        } finally {
          progress.end();
          await other.close();
        }
      });
      await output.result(
        { ...places, ...result },
        output.pairs(Object.entries(result).map(([name, count]) => [name, String(count)])),
      );
      output.note(
        'Only one of the two stores may be used from now on; `powerauth-wasm store rm` removes the records of the other.',
      );
    },
  );
