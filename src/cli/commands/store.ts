/**
 * `store`: the commands on the records of a store.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder } from '../command.ts';
import { check } from './store/check.ts';
import { copy } from './store/copy.ts';
import { list } from './store/ls.ts';
import { reseal } from './store/reseal.ts';
import { remove } from './store/rm.ts';

export const store = (builder: CommandBuilder): Command =>
  builder.group(
    {
      usage: 'store',
      summary: 'look at the store, check, copy and reseal it',
      description:
        'Works on the records of a store, on this machine only; no server is asked. With --instance only on those of that instance; `reseal` always takes all.',
      examples: ['powerauth-wasm store ls', 'powerauth-wasm store check'],
    },
    [list(builder), check(builder), copy(builder), reseal(builder), remove(builder)],
  );
