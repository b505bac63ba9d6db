/**
 * `sign`: prints the authorization header of a signed request.
 *
 * @module
 */

import type { Command } from 'commander';
import type { CommandBuilder } from '../command.ts';
import { bodyOf } from '../data.ts';
import { methodOf } from '../exchange.ts';
import { usage } from '../failures.ts';
import { headerParts } from '../header-parts.ts';
import { authenticationOf, factorsOf, factorsOption, PASSWORD_OPTION } from '../password.ts';

export const sign = (builder: CommandBuilder): Command =>
  builder.build(
    {
      usage: 'sign <method> <uri_id>',
      summary: 'print the header of a signed request',
      description:
        'Signs a request, and prints its header. URI_ID is what client and server have agreed on, which is often not the path. Send signed requests in the order in which they were signed.',
      options: [
        ['--body <file>', 'the body, exactly as it will be sent; - is stdin; default: empty'],
        ['--query <query>', 'of a GET request: a=1&b=2, encoded as in the URL'],
        factorsOption('possession_knowledge'),
        PASSWORD_OPTION,
      ],
      examples: [
        'powerauth-wasm sign POST /payment --body payment.json',
        "powerauth-wasm sign GET /payments --query 'from=0&order=date' --factors possession",
      ],
    },
    async (context, options, method = '', uriId = '') => {
      const { output } = context;
      const { body, query } = options;
      const upper = methodOf(method);
      const isGet = upper === 'GET';
      if (isGet && body !== undefined)
        throw usage('--body: a GET request has none; --query is signed in its place');
      if (!isGet && query !== undefined) throw usage('--query: only of GET requests it is signed');
      const factors = factorsOf(options, 'possession_knowledge');
      const plan = { method: upper, uriId, factors };
      if (await context.isDryRun(plan, [`would sign ${plan.method} ${uriId} with ${factors}`])) return;
      const authentication = await authenticationOf(context, options, 'possession_knowledge');
      const data = await bodyOf(context, body, '--body');
      const { key, value } = await context.withPowerAuth(({ powerAuth }) =>
        isGet
          ? powerAuth.requestGetSignature(authentication, uriId, new URLSearchParams(String(query ?? '')))
          : powerAuth.requestSignature(authentication, upper, uriId, data),
      );
      output.detail(headerParts({ key, value }));
      await output.result({ header: { key, value } }, `${key}: ${value}`);
    },
  );
