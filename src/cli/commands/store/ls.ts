/**
 * `store ls`.
 *
 * @module
 */

import type { Command } from 'commander';
import type { PowerAuthStoredRecord } from '../../../records/types.ts';
import type { CommandBuilder } from '../../command.ts';

export const list = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'ls',
      summary: 'list activations and tokens',
      examples: ['powerauth-wasm store ls', 'powerauth-wasm store ls --store sqlite:/srv/powerauth --json'],
    },
    async (context) => {
      const { output, settings } = context;
      const { listRecords } = await import('../../../records.ts');
      const records: PowerAuthStoredRecord[] = [];
      await context.withStore(async (it) => {
        for await (const record of listRecords(it, { instanceId: settings.instance })) records.push(record);
      });
      const rows = records.map((record) => [record.type, ...rowOf(record)]);
      await output.result(
        { records: records.map(forJson) },
        output.table(['TYPE', 'INSTANCE', 'NAME', 'ID', 'FACTORS'], rows),
      );
      if (records.length === 0) output.note('The store is empty.');
    },
  );

function rowOf(record: PowerAuthStoredRecord): string[] {
  switch (record.type) {
    case 'activation':
      return [record.instanceId ?? '?', '', record.activationId, record.factors.join('_')];
    case 'token':
      return [
        record.instanceId ?? '?',
        record.tokenName ?? '?',
        record.tokenIdentifier,
        record.factors.join('_') + (record.isOrphan ? ' (orphan)' : ''),
      ];
    case 'reservation':
      return [record.instanceId, '', '', ''];
    case 'unreadable':
      return ['?', '', record.key, ''];
  }
}

const forJson = (record: PowerAuthStoredRecord): object =>
  record.type === 'unreadable'
    ? { type: record.type, key: record.key, message: record.error.message }
    : record;
