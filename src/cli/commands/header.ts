/**
 * `header`: prints authorization headers made from a token.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder } from '../command.ts';
import { usage } from '../failures.ts';
import { headerParts } from '../header-parts.ts';

/** How many headers are made and written at a time. */
const BATCH = 256;
const MOST = 1_000_000;

export const header = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'header <name>',
      summary: 'print an authorization header made from a token',
      description:
        'Prints a header made from the token of this name. Each request needs a header of its own. With --curl it is a line for `curl -K -`, so that no other user sees it among the arguments of curl.',
      options: [
        ['--curl', 'as a line of configuration for curl'],
        ['--count <n>', 'that many headers, one a line'],
      ],
      examples: [
        'curl -H "$(powerauth-wasm header api)" https://bank.example/api/accounts',
        'powerauth-wasm header api --curl | curl -K - https://bank.example/api/accounts',
        'powerauth-wasm header api --count 100 > headers.txt',
      ],
    },
    async (context, { curl, count }, name = '') => {
      const { output } = context;
      const wanted = count === undefined ? 1 : countOf(String(count));
      if (curl === true && count !== undefined)
        throw usage('--curl, --count: expected one of them, got both');
      if (
        await context.isDryRun({ tokenName: name, count: wanted }, [
          `would make ${wanted} headers of the token ${name}`,
        ])
      )
        return;
      await context.withPowerAuth(async ({ powerAuth }) => {
        if (count === undefined) {
          const { key, value } = await powerAuth.tokenStore.generateHeaderForToken(name);
          output.detail(headerParts({ key, value }));
          await output.result(
            { header: { key, value } },
            curl === true ? curlLine(key, value) : `${key}: ${value}`,
          );
          return;
        }
        const headers = await powerAuth.tokenStore.headerGenerator(name);
        try {
          const isOver = (): boolean => context.io.signal.aborted || output.isReaderGone;
          const made: { key: string; value: string }[] = [];
          for (let left = wanted; left > 0 && !isOver(); left -= BATCH) {
            const values = headers.nextBatch(Math.min(left, BATCH));
            if (output.json) for (const value of values) made.push({ key: headers.key, value });
            else await output.raw(values.map((value) => `${headers.key}: ${value}\n`).join(''));
          }
          if (output.json) await output.result({ headers: made }, []);
        } finally {
          headers.release();
        }
      });
    },
  );

function countOf(text: string): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : NaN;
  if (count >= 1 && count <= MOST) return count;
  throw usage(`--count: expected a whole number from 1 to ${MOST}, got something else`);
}

const curlLine = (key: string, value: string): string =>
  `header = "${`${key}: ${value}`.replace(/["\\]/g, '\\$&')}"`;
