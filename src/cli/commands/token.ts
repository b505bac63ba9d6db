/**
 * `token`: the commands on access tokens.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder } from '../command.ts';
import { get } from './token/get.ts';
import { list } from './token/ls.ts';
import { remove } from './token/rm.ts';

export const token = (builder: CommandBuilder): Command =>
  builder.group(
    {
      usage: 'token',
      summary: 'get, remove and list access tokens',
      description: 'An access token makes the headers of `powerauth-wasm header`, without asking anybody.',
      examples: ['powerauth-wasm token get api', 'powerauth-wasm token ls'],
    },
    [get(builder), remove(builder), list(builder)],
  );
